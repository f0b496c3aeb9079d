package dev.fundir.internal.edit;

import dev.fundir.internal.Utf8;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is to be changed in a file, all at once.
 *
 * @param set metadata to add, or to give another value, by key
 * @param unset keys of metadata to remove
 * @param renames tensors to rename
 */
public record EditRequest(Map<String, String> set, Set<String> unset, List<Rename> renames) {
    /**
     * A new name for a tensor.
     *
     * @param from the name it has
     * @param to the name it gets
     */
    public record Rename(String from, String to) {}

    /** Copies what it is given; keys are put into the order of their UTF-8. */
    public EditRequest {
        Map<String, String> sorted = new TreeMap<>(Utf8.ORDER);
        sorted.putAll(set);
        set = Collections.unmodifiableMap(sorted);
        Set<String> keys = new TreeSet<>(Utf8.ORDER);
        keys.addAll(unset);
        unset = Collections.unmodifiableSet(keys);
        renames = List.copyOf(renames);
    }

    /** The new names by old name, of tensors whose name really changes. */
    Map<String, String> newNames() {
        Map<String, String> names = new LinkedHashMap<>();
        for (Rename rename : renames) {
            if (!rename.from.equals(rename.to)) {
                names.put(rename.from, rename.to);
            }
        }
        return names;
    }

    /** The metadata of a file after the edit. */
    Map<String, String> applyTo(Map<String, String> metadata) {
        Map<String, String> changed = new TreeMap<>(Utf8.ORDER);
        changed.putAll(metadata);
        changed.keySet().removeAll(unset);
        changed.putAll(set);
        return changed;
    }
}
