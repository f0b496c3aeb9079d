package dev.fundir.cli;

import java.util.List;

/**
 * How tensors are made, in words that can be the same for tensors of many layers: what comes from another layer than
 * their own is named by how far that lies behind theirs.
 *
 * @param text with a {@link #LAYER} for each number of a layer
 * @param shifts what to add to the number of a tensor's own layer for each of them
 */
record Treatment(String text, List<Long> shifts) {
    /** Stands for the number of a layer; no name holds it that is not meant to confuse. */
    static final char LAYER = '\0';

    /** Nothing that would have to be said. */
    static final Treatment UNSAID = new Treatment("", List.of());

    boolean isUnsaid() {
        return text.isEmpty();
    }

    /** What {@code equals} says, which the JDK makes at run time: {@code inspect} starts sooner without it. */
    boolean isLike(Treatment other) {
        return text.equals(other.text) && shifts.equals(other.shifts);
    }

    /** Whether it can be said without the number of a layer. */
    boolean isOfAnyLayer() {
        return shifts.isEmpty();
    }

    /** The words for tensors of layers with these numbers. */
    String of(long first, long last) {
        StringBuilder words = new StringBuilder();
        int next = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == LAYER && next < shifts.size()) {
                long shift = shifts.get(next++);
                words.append(first + shift).append(first == last ? "" : "-" + (last + shift));
            } else {
                words.append(text.charAt(i));
            }
        }
        return words.toString();
    }
}
