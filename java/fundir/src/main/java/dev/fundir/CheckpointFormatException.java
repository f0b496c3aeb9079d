package dev.fundir;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * A file or folder that is not the checkpoint it claims to be. The message says what was found, what was expected, and
 * what to do.
 */
public final class CheckpointFormatException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    /** Which rule of the format is broken. */
    public enum Reason {
        /** The file has fewer than the eight bytes of the header's length. */
        HEADER_TOO_SMALL,
        /** The header claims more than the 100,000,000 bytes that the format allows. */
        HEADER_TOO_LARGE,
        /** The header claims to end beyond the end of the file. */
        HEADER_BEYOND_FILE,
        /** The header is not UTF-8. */
        HEADER_NOT_UTF8,
        /** The header is not the JSON that the format asks for; to the strict mode, not in the very form either. */
        HEADER_NOT_VALID,
        /** Tensors leave a hole, overlap, start elsewhere than at 0, or end before they begin. */
        INVALID_OFFSET,
        /** The size of a shape overflows. */
        SIZE_OVERFLOW,
        /** Elements narrower than a byte do not fill whole bytes. */
        PARTIAL_BYTE,
        /** The bytes of a tensor are not as many as its shape and dtype take. */
        SIZE_MISMATCH,
        /** The file ends before its last tensor does, as a download that was cut short does. */
        INCOMPLETE,
        /** The file goes on after its last tensor. */
        TRAILING_BYTES,
        /** The file is a Git LFS pointer, not the checkpoint it points to. */
        LFS_POINTER,
        /** The header is longer, or has more tensors, than {@link OpenOptions} allow. */
        OVER_LIMIT,
        /** Strict: a header has two tensors of one name. */
        DUPLICATE_NAME,
        /** Strict: the metadata has a key twice. */
        DUPLICATE_KEY,
        /** Strict: a tensor's name has a NUL character. */
        NUL_IN_NAME,
        /** Strict: a tensor has a field that the format does not know. */
        UNKNOWN_FIELD,
        /**
         * Strict: a tensor does not begin at a multiple of its element's size, or the data of all tensors does not at a
         * multiple of 8 bytes in the file.
         */
        MISALIGNED,
        /** The shard index is not the JSON that it should be. */
        INDEX_NOT_VALID,
        /** The shard index names a file outside its folder. */
        INDEX_UNSAFE_PATH,
        /** Shards of the checkpoint are not there. */
        SHARD_MISSING,
        /** The shard index places tensors in files that do not hold them. */
        TENSOR_NOT_IN_SHARD,
        /** Two shards hold a tensor of the same name, and no shard index says which one counts. */
        DUPLICATE_TENSOR,
        /** The folder holds no checkpoint, or several with nothing to choose by. */
        NO_CHECKPOINT,
        /** The file begins as GGUF, or was to, and goes on with what GGUF does not allow. */
        GGUF_NOT_VALID,
        /** The file is GGUF of a version, a byte order or an element type that is not read. */
        GGUF_NOT_SUPPORTED,
        /** The JSON or YAML of a model is not what it should be. */
        MODEL_NOT_VALID
    }

    /** The broken rule. */
    private final Reason reason;

    private final transient Path file;

    /** The tensor that breaks it, or null. */
    private final String tensor;

    /**
     * An error at a file, or at one of its tensors.
     *
     * @param reason the broken rule
     * @param file the file or folder
     * @param tensor the tensor's name, or null when it is about the file
     * @param sentence what was found, what was expected, what to do
     */
    public CheckpointFormatException(Reason reason, Path file, String tensor, String sentence) {
        super(file + ": " + (tensor == null ? "" : "tensor " + tensor + ": ") + sentence);
        this.reason = Objects.requireNonNull(reason);
        this.file = Objects.requireNonNull(file);
        this.tensor = tensor;
    }

    /**
     * The broken rule.
     *
     * @return never null
     */
    public Reason reason() {
        return reason;
    }

    /**
     * The file, or the folder, that breaks it.
     *
     * @return never null
     */
    public Path file() {
        return file;
    }

    /**
     * The tensor that breaks it.
     *
     * @return its name, empty when the error is not about one tensor
     */
    public Optional<String> tensor() {
        return Optional.ofNullable(tensor);
    }
}
