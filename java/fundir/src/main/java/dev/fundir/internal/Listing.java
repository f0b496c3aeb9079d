package dev.fundir.internal;

import java.util.List;
import java.util.stream.Collectors;

/** Lists in messages: names, of which a handful is shown, and problems, of which all are. */
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

    /**
     * The message of an exception that tells everything that is wrong at once.
     *
     * @param problems a sentence each
     * @return the only sentence, or all of them, each on a line of its own
     * @throws IllegalArgumentException when there is none: a failure without a reason helps nobody
     */
    public static String ofProblems(List<String> problems) {
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("there is no problem");
        }
        return problems.size() == 1
                ? problems.get(0)
                : problems.size() + " problems:"
                        + problems.stream().map(problem -> "\n- " + problem).collect(Collectors.joining());
    }
}
