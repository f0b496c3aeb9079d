package dev.fundir.internal;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Throws again, on the thread that waits for others, what one of them failed with. */
public final class Rethrow {
    private Rethrow() {}

    /**
     * Throws a failure as what it is.
     *
     * @param failure an {@link IOException}, which may be wrapped in an {@link UncheckedIOException}, or anything
     *     unchecked; null when there was none
     * @throws IOException the failure, if it is one
     */
    public static void asWhatItIs(Throwable failure) throws IOException {
        if (failure instanceof UncheckedIOException unchecked) {
            throw unchecked.getCause();
        }
        if (failure instanceof IOException exception) {
            throw exception;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure instanceof Error error) {
            throw error;
        }
    }
}
