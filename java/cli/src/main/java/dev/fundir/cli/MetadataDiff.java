package dev.fundir.cli;

import java.util.Map;
import java.util.TreeMap;

/**
 * What two models' metadata differ in.
 *
 * @param added keys of the second alone
 * @param removed keys of the first alone
 * @param changed keys with different values
 */
record MetadataDiff(Map<String, String> added, Map<String, String> removed, Map<String, Change> changed) {

    /** The values of a key. */
    record Change(String a, String b) {}

    static MetadataDiff of(Map<String, String> a, Map<String, String> b) {
        Map<String, String> added = new TreeMap<>(b);
        added.keySet().removeAll(a.keySet());
        Map<String, String> removed = new TreeMap<>();
        Map<String, Change> changed = new TreeMap<>();
        a.forEach((key, value) -> {
            if (!b.containsKey(key)) {
                removed.put(key, value);
            } else if (!b.get(key).equals(value)) {
                changed.put(key, new Change(value, b.get(key)));
            }
        });
        return new MetadataDiff(added, removed, changed);
    }

    boolean isEmpty() {
        return added.isEmpty() && removed.isEmpty() && changed.isEmpty();
    }
}
