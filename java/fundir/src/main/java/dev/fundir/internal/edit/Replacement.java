package dev.fundir.internal.edit;

import java.util.Comparator;

/**
 * A change of a header's text.
 *
 * @param begin where the text that goes begins
 * @param end behind it; {@code begin} where something is only put in. What follows stands outside of strings
 * @param with the bytes that come in its place; not changed
 */
record Replacement(int begin, int end, byte[] with) {
    static final Comparator<Replacement> ORDER =
            Comparator.comparingInt(Replacement::begin).thenComparingInt(Replacement::end);
}
