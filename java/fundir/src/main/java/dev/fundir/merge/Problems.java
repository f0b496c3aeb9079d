package dev.fundir.merge;

import dev.fundir.internal.document.Place;
import dev.fundir.merge.MergeException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Collects what is wrong with a merge, so that all of it can be said at once, each thing once: first what is wrong with
 * the recipe, in the order of its places, then all else. Confined to one thread.
 */
final class Problems {
    /** Names listed in one problem before the rest is only counted. */
    private static final int LISTED = 5;

    private final Map<Place, Set<String>> inRecipe = new TreeMap<>();
    private final Set<String> others = new LinkedHashSet<>();
    private final EnumSet<Kind> kinds = EnumSet.noneOf(Kind.class);
    private final Set<String> tensors = new LinkedHashSet<>();
    private final List<IOException> causes = new ArrayList<>();

    void add(Kind kind, String sentence) {
        kinds.add(kind);
        others.add(sentence);
    }

    /** A problem of tensors, of which the sentence shows the first and the exception tells all. */
    void add(Kind kind, String sentence, List<String> names) {
        add(kind, sentence);
        tensors.addAll(names);
    }

    /** A problem at a place of the recipe. */
    void at(Path recipe, Place place, String sentence) {
        kinds.add(Kind.RECIPE);
        inRecipe.computeIfAbsent(place, key -> new LinkedHashSet<>()).add(recipe + ":" + place + ": " + sentence);
    }

    /** What an input that cannot be opened failed with; a problem that says so goes with it. */
    void cause(IOException cause) {
        causes.add(cause);
    }

    boolean isEmpty() {
        return kinds.isEmpty();
    }

    /** Whether something is wrong with the recipe. */
    boolean areInRecipe() {
        return kinds.contains(Kind.RECIPE);
    }

    void throwIfAny() {
        if (!isEmpty()) {
            List<String> sentences = new ArrayList<>();
            inRecipe.values().forEach(sentences::addAll);
            sentences.addAll(others);
            MergeException exception = new MergeException(sentences, kinds, List.copyOf(tensors));
            causes.forEach(exception::addSuppressed);
            throw exception;
        }
    }

    /** {@code a, b, c and 7 more}. */
    static String list(List<String> names) {
        String shown = String.join(", ", names.subList(0, Math.min(LISTED, names.size())));
        return names.size() <= LISTED ? shown : shown + " and " + (names.size() - LISTED) + " more";
    }
}
