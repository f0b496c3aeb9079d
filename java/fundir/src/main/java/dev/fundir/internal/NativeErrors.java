package dev.fundir.internal;

import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointFormatException.Reason;
import dev.fundir.ffi.NativeException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;

/** Turns failures of the core into the exceptions that Java code expects: the one place where that is decided. */
public final class NativeErrors {
    private static final int EPERM = 1;
    private static final int ENOENT = 2;
    private static final int EACCES = 13;

    private NativeErrors() {}

    /**
     * The exception for a failure.
     *
     * @param failure what the core reported
     * @param file the file that was worked on, for failures that do not name one
     * @return for what is about files: {@link CheckpointFormatException}, or the {@link IOException} that Java's own
     *     file access has for the case
     * @throws IllegalArgumentException when the request cannot be met
     * @throws CancellationException when the work was cancelled
     * @throws IllegalStateException for a defect of fundir
     */
    public static IOException of(NativeException failure, Path file) {
        Path place = failure.path().isEmpty() ? file : file.resolveSibling(failure.path());
        return switch (failure.status()) {
            case FORMAT -> format(reason(failure.reason()), failure, place);
            case TRUNCATED -> format(Reason.INCOMPLETE, failure, place);
            case IO -> io(failure, place.toString());
            case REQUEST -> throw new IllegalArgumentException(sentence(failure), failure);
            case CANCELLED -> throw new CancellationException(failure.sentence());
            default ->
                throw new IllegalStateException(
                        "a defect of fundir, please report it: " + failure.getMessage(), failure);
        };
    }

    private static CheckpointFormatException format(Reason reason, NativeException failure, Path file) {
        String tensor = failure.tensor().isEmpty() ? null : failure.tensor();
        CheckpointFormatException exception = new CheckpointFormatException(reason, file, tensor, failure.sentence());
        exception.initCause(failure);
        return exception;
    }

    private static IOException io(NativeException failure, String file) {
        String sentence = sentence(failure);
        FileSystemException exception =
                switch (failure.osError()) {
                    case ENOENT -> new NoSuchFileException(file, null, sentence);
                    case EPERM, EACCES -> new AccessDeniedException(file, null, sentence);
                    default -> new FileSystemException(file, null, sentence);
                };
        exception.initCause(failure);
        return exception;
    }

    private static String sentence(NativeException failure) {
        return failure.tensor().isEmpty()
                ? failure.sentence()
                : "tensor " + failure.tensor() + ": " + failure.sentence();
    }

    /** The numbers of the core's {@code Reason}. */
    private static Reason reason(int number) {
        return switch (number) {
            case 1 -> Reason.HEADER_TOO_SMALL;
            case 2 -> Reason.HEADER_TOO_LARGE;
            case 3 -> Reason.HEADER_BEYOND_FILE;
            case 4 -> Reason.HEADER_NOT_UTF8;
            case 5 -> Reason.HEADER_NOT_VALID;
            case 6 -> Reason.INVALID_OFFSET;
            case 7 -> Reason.SIZE_OVERFLOW;
            case 8 -> Reason.PARTIAL_BYTE;
            case 9 -> Reason.SIZE_MISMATCH;
            case 10 -> Reason.INCOMPLETE;
            case 11 -> Reason.TRAILING_BYTES;
            case 12 -> Reason.LFS_POINTER;
            case 13 -> Reason.OVER_LIMIT;
            case 20 -> Reason.INDEX_NOT_VALID;
            case 21 -> Reason.INDEX_UNSAFE_PATH;
            case 30 -> Reason.MODEL_NOT_VALID;
            case 40 -> Reason.DUPLICATE_NAME;
            case 41 -> Reason.DUPLICATE_KEY;
            case 42 -> Reason.NUL_IN_NAME;
            case 43 -> Reason.UNKNOWN_FIELD;
            case 44 -> Reason.MISALIGNED;
            default ->
                throw new IllegalStateException("the core gave a reason that this fundir does not know: " + number);
        };
    }
}
