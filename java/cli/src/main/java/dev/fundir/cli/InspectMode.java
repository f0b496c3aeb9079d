package dev.fundir.cli;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;

/** What {@code inspect} looks at. */
enum InspectMode {
    /** The headers alone. */
    SUMMARY,
    /** Extremes, mean, spread and norm of each tensor. */
    STATS,
    /** Elements far from the mean of their tensor. */
    OUTLIERS,
    /** A histogram of each tensor. */
    DISTRIBUTION,
    /** Names, dtypes and shapes, numbered modules that are alike as one. */
    SCHEMA;

    /** Whether the elements have to be read for it. */
    boolean readsElements() {
        return this == STATS || this == OUTLIERS || this == DISTRIBUTION;
    }

    /** The modes as they are written, for completion. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(values())
                    .map(mode -> mode.name().toLowerCase(Locale.ROOT))
                    .iterator();
        }
    }
}
