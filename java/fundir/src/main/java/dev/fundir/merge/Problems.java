package dev.fundir.merge;

import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Collects what is wrong with a merge, so that all of it can be said at once, each thing once. Confined to one thread.
 */
final class Problems {
    /** Names listed in one problem before the rest is only counted. */
    private static final int LISTED = 5;

    private final Set<String> sentences = new LinkedHashSet<>();
    private final EnumSet<MergeException.Kind> kinds = EnumSet.noneOf(MergeException.Kind.class);

    void add(MergeException.Kind kind, String sentence) {
        kinds.add(kind);
        sentences.add(sentence);
    }

    boolean isEmpty() {
        return sentences.isEmpty();
    }

    MergeException exception() {
        return new MergeException(List.copyOf(sentences), kinds);
    }

    /** What is wrong with a recipe comes before what is wrong with the models that it names. */
    void throwIfRecipe() {
        if (kinds.contains(MergeException.Kind.RECIPE)) {
            throw exception();
        }
    }

    void throwIfAny() {
        if (!isEmpty()) {
            throw exception();
        }
    }

    /** {@code a, b, c and 7 more}. */
    static String list(List<String> names) {
        String shown = String.join(", ", names.subList(0, Math.min(LISTED, names.size())));
        return names.size() <= LISTED ? shown : shown + " and " + (names.size() - LISTED) + " more";
    }
}
