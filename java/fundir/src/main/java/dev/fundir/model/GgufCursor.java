package dev.fundir.model;

import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointFormatException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads the header of a GGUF file from front to back.
 *
 * <p>With positioned reads, not through a mapping: a file that is cut meanwhile is then an ordinary error. A length is
 * held against the file before anything is allocated for it.
 */
final class GgufCursor {
    /** The most that a header may take; those of the largest tokenizers take a fifth of it. */
    static final long LONGEST_HEADER = 100_000_000;

    /** Bytes that a key may have; more than any name of a tensor has. */
    static final int LONGEST_NAME = 65_535;

    private static final int BLOCK = 256 * 1024;

    private final FileChannel channel;
    private final long fileSize;
    private final Path file;
    /** A block of the file, what is left of it being the next bytes. */
    private final ByteBuffer block;
    /** Where the block ends in the file. */
    private long blockEnd;

    GgufCursor(FileChannel channel, long fileSize, Path file) {
        this.channel = channel;
        this.fileSize = fileSize;
        this.file = file;
        block = ByteBuffer.allocate((int) Math.min(BLOCK, fileSize))
                .order(ByteOrder.LITTLE_ENDIAN)
                .limit(0);
    }

    Path file() {
        return file;
    }

    long fileSize() {
        return fileSize;
    }

    /** Where the next byte is: bytes from the start of the file. */
    long position() {
        return blockEnd - block.remaining();
    }

    /** Four bytes, signed or not. {@code what} names them in errors. */
    int nextInt(String what) throws IOException {
        return ready(Integer.BYTES, what).getInt();
    }

    /** Eight bytes, signed or not. */
    long nextLong(String what) throws IOException {
        return ready(Long.BYTES, what).getLong();
    }

    /**
     * A count of things that take at least some bytes each.
     *
     * @param least bytes of the smallest of them, positive
     */
    int nextCount(int least, String what) throws IOException {
        long count = nextLong("the number of " + what);
        if (Long.compareUnsigned(count, Math.max(0, fileSize - position()) / least) > 0) {
            throw new CheckpointFormatException(
                    Reason.INCOMPLETE,
                    file,
                    null,
                    "claims " + Long.toUnsignedString(count) + " " + what + ", of at least " + least
                            + " bytes each, but has only " + (fileSize - position())
                            + " bytes from there on; it is damaged or was cut short: download it again");
        }
        requireShort(count * least, what);
        return (int) count;
    }

    /** The next bytes. */
    byte[] next(long length, String what) throws IOException {
        require(length, what);
        byte[] bytes = new byte[(int) length];
        for (int at = 0; at < bytes.length; ) {
            if (!block.hasRemaining()) {
                fill(what);
            }
            int piece = Math.min(block.remaining(), bytes.length - at);
            block.get(bytes, at, piece);
            at += piece;
        }
        return bytes;
    }

    /**
     * The next strings, each a length of eight bytes and as many bytes, as they are in the file.
     *
     * @param starts set to where they begin in what is returned; one for each string
     */
    byte[] nextStrings(int[] starts, String what) throws IOException {
        ByteArrayOutputStream strings = new ByteArrayOutputStream(Math.min(16 * starts.length, BLOCK));
        for (int i = 0; i < starts.length; i++) {
            starts[i] = strings.size();
            long length = ready(Long.BYTES, what).getLong(block.position());
            if (length < 0 || length > block.remaining() - Long.BYTES) {
                strings.writeBytes(next(Long.BYTES, what));
                strings.writeBytes(next(length, what));
            } else {
                // The usual case, a few bytes that are there: hundreds of thousands of them are to take no time.
                int size = Long.BYTES + (int) length;
                strings.write(block.array(), block.position(), size);
                block.position(block.position() + size);
            }
        }
        return strings.toByteArray();
    }

    /** A key or a name: a text that is no longer than the format allows for keys. */
    String nextName(String what) throws IOException {
        long length = nextLong("the length of " + what);
        if (Long.compareUnsigned(length, LONGEST_NAME) > 0) {
            throw new CheckpointFormatException(
                    Reason.GGUF_NOT_VALID,
                    file,
                    null,
                    what + " has " + Long.toUnsignedString(length) + " bytes; the format allows " + LONGEST_NAME);
        }
        return text(next(length, what), what);
    }

    /** A text, which has to be UTF-8. */
    String nextText(String what) throws IOException {
        return text(next(nextLong("the length of " + what), what), what);
    }

    private String text(byte[] utf8, String what) throws CheckpointFormatException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new CheckpointFormatException(Reason.GGUF_NOT_VALID, file, null, what + " is not UTF-8");
        }
    }

    /** Refuses a length, signed or not, that goes beyond the file, or beyond what a header may have. */
    void require(long length, String what) throws CheckpointFormatException {
        if (Long.compareUnsigned(length, fileSize - position()) > 0) {
            throw new CheckpointFormatException(
                    Reason.INCOMPLETE,
                    file,
                    null,
                    what + " takes " + Long.toUnsignedString(length) + " bytes from byte " + position()
                            + " on, but the file has only " + fileSize
                            + "; it is damaged or was cut short: download it again");
        }
        requireShort(length, what);
    }

    private void requireShort(long length, String what) throws CheckpointFormatException {
        if (position() + length > LONGEST_HEADER) {
            throw new CheckpointFormatException(
                    Reason.GGUF_NOT_VALID,
                    file,
                    null,
                    "the header goes on to byte " + (position() + length) + " with " + what + "; at most "
                            + LONGEST_HEADER + " bytes of it are read, which no tokenizer comes near");
        }
    }

    private ByteBuffer ready(int length, String what) throws IOException {
        if (block.remaining() < length) {
            require(length, what);
            fill(what);
        }
        return block;
    }

    /** Reads on; keeps the bytes that are left. */
    private void fill(String what) throws IOException {
        block.compact();
        block.limit((int) Math.min(block.capacity(), block.position() + (fileSize - blockEnd)));
        while (block.hasRemaining()) {
            int read = channel.read(block, blockEnd);
            if (read < 0) {
                throw new CheckpointFormatException(
                        Reason.INCOMPLETE,
                        file,
                        null,
                        "the file was cut to " + blockEnd + " bytes while " + what
                                + " was read: open it again when it is complete");
            }
            blockEnd += read;
        }
        block.flip();
    }
}
