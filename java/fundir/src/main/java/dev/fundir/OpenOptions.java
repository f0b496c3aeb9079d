package dev.fundir;

import dev.fundir.CheckpointFormatException.Reason;
import dev.fundir.ffi.HeaderRules;
import java.nio.file.Path;

/**
 * By which rules {@link Checkpoint#open(Path, OpenOptions)} reads headers. Immutable, safe for many threads.
 *
 * <p>By default what the format's reference implementation accepts is accepted. The strict mode also refuses what the
 * format forbids or what trips other readers, each with a {@link CheckpointFormatException.Reason} of its own:
 *
 * <ul>
 *   <li>a tensor name or a metadata key that stands twice in a file, of which otherwise the last one counts;
 *   <li>a NUL character in a tensor's name;
 *   <li>fields of a tensor other than dtype, shape and data_offsets;
 *   <li>a tensor with bytes that does not begin at a multiple of its element's size, and a header after which the
 *       tensor data does not begin at a multiple of 8 bytes in the file: views of such data are slow, or not possible;
 *   <li>a header in another form than the format's: white space before its brace or other than spaces behind it, a
 *       tensor described by a list, {@code null} for the metadata
 *       ({@link CheckpointFormatException.Reason#HEADER_NOT_VALID}).
 * </ul>
 *
 * <p>The limits keep a file that is not trusted from taking memory for a header: nothing is read or allocated beyond
 * them.
 */
public final class OpenOptions {
    /** The longest header that the format allows, in bytes. */
    public static final long MAX_HEADER_BYTES = 100_000_000;

    /** What {@link Checkpoint#open(Path)} goes by: not strict, the format's limits. */
    public static final OpenOptions DEFAULT = new OpenOptions(false, MAX_HEADER_BYTES, Long.MAX_VALUE);

    private final boolean isStrict;
    private final long maxHeaderBytes;
    private final long maxTensors;

    private OpenOptions(boolean isStrict, long maxHeaderBytes, long maxTensors) {
        this.isStrict = isStrict;
        this.maxHeaderBytes = maxHeaderBytes;
        this.maxTensors = maxTensors;
    }

    /**
     * The strict mode, with the format's limits.
     *
     * @return the options
     */
    public static OpenOptions strict() {
        return new OpenOptions(true, MAX_HEADER_BYTES, Long.MAX_VALUE);
    }

    /**
     * These options with a lower limit for headers.
     *
     * @param bytes the longest header of a file, up to the format's {@value #MAX_HEADER_BYTES}
     * @return new options
     * @throws IllegalArgumentException when it is negative, or more than the format allows
     */
    public OpenOptions withMaxHeaderBytes(long bytes) {
        if (bytes < 0 || bytes > MAX_HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "a header of up to " + bytes + " bytes: expected a limit from 0 to " + MAX_HEADER_BYTES);
        }
        return new OpenOptions(isStrict, bytes, maxTensors);
    }

    /**
     * These options with a lower limit for tensors.
     *
     * @param count the most tensors of a checkpoint, all its files together
     * @return new options
     * @throws IllegalArgumentException when it is negative
     */
    public OpenOptions withMaxTensors(long count) {
        if (count < 0) {
            throw new IllegalArgumentException("up to " + count + " tensors: expected a limit from 0 on");
        }
        return new OpenOptions(isStrict, maxHeaderBytes, count);
    }

    /**
     * Whether the strict mode is on.
     *
     * @return false by default
     */
    public boolean isStrict() {
        return isStrict;
    }

    /**
     * The longest header that is read.
     *
     * @return number of bytes, of one file
     */
    public long maxHeaderBytes() {
        return maxHeaderBytes;
    }

    /**
     * The most tensors.
     *
     * @return count for all files together
     */
    public long maxTensors() {
        return maxTensors;
    }

    HeaderRules rules() {
        return new HeaderRules(isStrict, maxHeaderBytes, maxTensors);
    }

    /** Refuses files that together have too many tensors; each of them alone the core has refused already. */
    void requireAllowed(long tensors, Path path) throws CheckpointFormatException {
        if (tensors > maxTensors) {
            throw new CheckpointFormatException(
                    Reason.OVER_LIMIT,
                    path,
                    null,
                    "its files have more than " + maxTensors
                            + " tensors, the most that are allowed here; allow more if you trust the files");
        }
    }

    /**
     * The rules.
     *
     * @return such as {@code strict, headers of up to 100000000 bytes}
     */
    @Override
    public String toString() {
        return (isStrict ? "strict, " : "") + "headers of up to " + maxHeaderBytes + " bytes"
                + (maxTensors == Long.MAX_VALUE ? "" : ", up to " + maxTensors + " tensors");
    }
}
