package dev.fundir.internal;

import dev.fundir.ffi.Core;
import dev.fundir.ffi.HeaderRules;
import dev.fundir.ffi.NativeException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Reads the header of a safetensors file.
 *
 * <p>With positioned reads, not through a mapping: a file that is cut meanwhile is then an error and not a signal.
 * Nothing is allocated for a length that the file only claims.
 */
public final class HeaderReader {
    /** Holds the headers of most checkpoints. */
    private static final int FIRST_READ = 64 * 1024;

    private HeaderReader() {}

    /** Gives the first bytes of a file that is not here. */
    @FunctionalInterface
    public interface Start {
        /**
         * Reads the file from its beginning.
         *
         * @param length how many bytes are wanted, never more than the file has
         * @return a direct buffer with exactly that many bytes remaining
         * @throws IOException when they cannot be read
         */
        ByteBuffer read(long length) throws IOException;
    }

    /**
     * Reads and checks the header.
     *
     * @param channel the file
     * @param fileLength bytes of the file
     * @param file names the file in errors
     * @param rules by which it is read
     * @return its index
     * @throws dev.fundir.CheckpointFormatException when the file is not a safetensors file, or breaks the rules
     * @throws IOException when it cannot be read
     */
    public static HeaderIndex read(FileChannel channel, long fileLength, Path file, HeaderRules rules)
            throws IOException {
        try {
            ByteBuffer index = Core.parseHeader(
                    length -> start(channel, length, file),
                    Math.min(FIRST_READ, fileLength),
                    fileLength,
                    NameHash.SEED,
                    rules);
            return new HeaderIndex(index, NameHash.SEED);
        } catch (NativeException e) {
            throw NativeErrors.of(e, file);
        }
    }

    /**
     * Reads and checks the header of a file that is somewhere else, by the rules of the format.
     *
     * @param start gives the beginning of the file; it is asked for {@code firstLength} bytes, and at most once more
     * @param firstLength bytes to begin with, at most {@code fileLength}
     * @param fileLength bytes of the file
     * @param file names the file in errors
     * @return its index
     * @throws dev.fundir.CheckpointFormatException when it is no safetensors file
     * @throws IOException from {@code start}
     */
    public static HeaderIndex read(Start start, long firstLength, long fileLength, Path file) throws IOException {
        try {
            return new HeaderIndex(
                    Core.parseHeader(start::read, firstLength, fileLength, NameHash.SEED, HeaderRules.FORMAT),
                    NameHash.SEED);
        } catch (NativeException e) {
            throw NativeErrors.of(e, file);
        }
    }

    /**
     * Checks a header that has been read, or is about to be written.
     *
     * @param header the first bytes of the file up to the first tensor, in a direct buffer
     * @param fileLength bytes of the whole file
     * @param file names the file in errors
     * @return its index
     * @throws dev.fundir.CheckpointFormatException when a file that begins so is no safetensors file
     * @throws IOException never
     */
    public static HeaderIndex check(ByteBuffer header, long fileLength, Path file) throws IOException {
        try {
            return new HeaderIndex(
                    Core.parseHeader(
                            length -> header, header.remaining(), fileLength, NameHash.SEED, HeaderRules.FORMAT),
                    NameHash.SEED);
        } catch (NativeException e) {
            throw NativeErrors.of(e, file);
        }
    }

    /**
     * Reads the beginning of a file.
     *
     * @param channel the file
     * @param length how many bytes of it
     * @param file names the file in errors
     * @return a direct buffer of exactly these bytes
     * @throws IOException when the file has fewer, or cannot be read
     */
    public static ByteBuffer start(FileChannel channel, long length, Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.toIntExact(length));
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, bytes.position()) < 0) {
                throw new EOFException(file + ": the file was cut to " + bytes.position()
                        + " bytes while its header was read: open it again when it is complete");
            }
        }
        return bytes.flip();
    }
}
