package dev.fundir.verify;

import dev.fundir.CheckpointFormatException;
import dev.fundir.internal.FileFailure;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Something that is wrong with a model.
 *
 * @param rule the broken rule: the name of a {@link CheckpointFormatException.Reason}, or one of {@link #UNREADABLE},
 *     {@link #NAN}, {@link #INFINITE}, {@link #TENSOR_NOT_IN_INDEX}, {@link #TOTAL_SIZE}, {@link #STRAY_SHARD}
 * @param file the file or folder that breaks it
 * @param tensor the tensor that breaks it, if it is about one
 * @param message what was found and what was expected, with the names of file and tensor
 */
public record Finding(String rule, Path file, Optional<String> tensor, String message) {
    /** A file is not there, or cannot be read. */
    public static final String UNREADABLE = "UNREADABLE";

    /** A tensor has elements that are NaN. */
    public static final String NAN = "NAN";

    /** A tensor has infinite elements. */
    public static final String INFINITE = "INFINITE";

    /** A shard holds a tensor that the shard index does not name, and that other readers do not see. */
    public static final String TENSOR_NOT_IN_INDEX = "TENSOR_NOT_IN_INDEX";

    /** The shard index gives another size for all tensors than they have. */
    public static final String TOTAL_SIZE = "TOTAL_SIZE";

    /** A file is named like the shards and is none of them. */
    public static final String STRAY_SHARD = "STRAY_SHARD";

    /**
     * A finding, all of whose parts are there.
     *
     * @param rule the broken rule: the name of a {@link CheckpointFormatException.Reason}, or one of
     *     {@link #UNREADABLE}, {@link #NAN}, {@link #INFINITE}, {@link #TENSOR_NOT_IN_INDEX}, {@link #TOTAL_SIZE},
     *     {@link #STRAY_SHARD}
     * @param file the file or folder that breaks it
     * @param tensor the tensor that breaks it, if it is about one
     * @param message what was found and what was expected, with the names of file and tensor
     */
    public Finding {
        Objects.requireNonNull(rule);
        Objects.requireNonNull(file);
        Objects.requireNonNull(tensor);
        Objects.requireNonNull(message);
    }

    static Finding of(String rule, Path file, String tensor, String sentence) {
        return new Finding(
                rule,
                file,
                Optional.ofNullable(tensor),
                file + ": " + (tensor == null ? "" : "tensor " + tensor + ": ") + sentence);
    }

    /** What an attempt to read a file ended in. */
    static Finding of(IOException e, Path path) {
        if (e instanceof CheckpointFormatException format) {
            return new Finding(format.reason().name(), format.file(), format.tensor(), format.getMessage());
        }
        if (e instanceof FileSystemException file) {
            return of(UNREADABLE, path, null, FileFailure.reason(file));
        }
        return of(UNREADABLE, path, null, "cannot be read: " + e);
    }
}
