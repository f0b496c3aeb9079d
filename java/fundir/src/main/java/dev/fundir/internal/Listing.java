package dev.fundir.internal;

import java.util.List;

/** Names in a message: a handful of them, and how many more there are. */
public final class Listing {
    private static final int SHOWN = 5;

    private Listing() {}

    /**
     * The names, cut after a handful.
     *
     * @param names any number of names
     * @return such as {@code a, b, c, d, e and 7 more}
     */
    public static String of(List<String> names) {
        String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
        return names.size() <= SHOWN ? shown : shown + " and " + (names.size() - SHOWN) + " more";
    }
}
