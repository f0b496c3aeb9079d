package dev.fundir;

import dev.fundir.internal.Listing;
import java.io.Serial;
import java.util.List;

/**
 * An edit that cannot be done. It lists everything that is wrong, not only the first thing, and is thrown before any
 * byte is written.
 */
public final class CheckpointEditException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    /** A sentence each. */
    private final String[] problems;

    /**
     * An edit that cannot be done.
     *
     * @param problems what is wrong, a sentence each, at least one
     */
    public CheckpointEditException(List<String> problems) {
        super(Listing.ofProblems(problems));
        this.problems = problems.toArray(String[]::new);
    }

    /**
     * Everything that is wrong, a sentence each.
     *
     * @return at least one
     */
    public List<String> problems() {
        return List.of(problems);
    }
}
