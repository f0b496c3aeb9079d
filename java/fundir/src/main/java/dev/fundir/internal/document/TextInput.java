package dev.fundir.internal.document;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * The bytes of a text, block by block, with the line and column they stand in. Columns count bytes. Not safe for many
 * threads.
 */
public final class TextInput {
    /** Where a text can be read again from. */
    public static final class Mark {
        private final long offset;
        private final long line;
        private final long lineStart;

        private Mark(long offset, long line, long lineStart) {
            this.offset = offset;
            this.line = line;
            this.lineStart = lineStart;
        }
    }

    /** Reads bytes from a place of the text on. */
    @FunctionalInterface
    private interface Source {
        /** Fills the buffer as far as it can; -1 at the end. */
        int read(ByteBuffer target, long offset) throws IOException;
    }

    private static final int BLOCK = 1 << 20;

    private final Source source;
    private final ByteBuffer block;
    /** Where the block's limit is in the text. */
    private long blockEnd;

    private long line = 1;
    private long lineStart;
    private boolean last;

    private TextInput(Source source, int size) {
        this.source = source;
        this.block = ByteBuffer.allocateDirect(size).limit(0);
    }

    /**
     * The text of a file.
     *
     * @param file an open file, which is not closed
     * @return the text from its beginning
     */
    public static TextInput of(FileChannel file) {
        return new TextInput(file::read, BLOCK);
    }

    /**
     * A text in memory.
     *
     * @param text all of it
     * @return the text from its beginning
     */
    public static TextInput of(byte[] text) {
        Source source = (target, offset) -> {
            int count = (int) Math.min(target.remaining(), text.length - offset);
            target.put(text, (int) offset, count);
            return count == 0 ? -1 : count;
        };
        return new TextInput(source, Math.min(BLOCK, text.length + 1));
    }

    /**
     * The bytes at hand, from the next one on. Who takes some by moving the position says so by {@link #took}.
     *
     * @return a direct buffer, the same each time
     */
    public ByteBuffer bytes() {
        return block;
    }

    /**
     * Whether the bytes at hand are the last.
     *
     * @return true once the end of the text has been met
     */
    public boolean isLast() {
        return last;
    }

    /**
     * Brings more bytes to hand, behind those that are.
     *
     * @return false when there are none, or there is no room for more
     * @throws IOException when reading fails
     */
    public boolean more() throws IOException {
        block.compact();
        int count = 0;
        try {
            while (block.hasRemaining() && !last) {
                int read = source.read(block, blockEnd);
                last = read < 0;
                blockEnd += Math.max(read, 0);
                count += Math.max(read, 0);
            }
        } finally {
            block.flip();
        }
        return count > 0;
    }

    /**
     * The next byte, which stays.
     *
     * @return 0 to 255, or -1 at the end
     * @throws IOException when reading fails
     */
    public int peek() throws IOException {
        return block.hasRemaining() || more() ? block.get(block.position()) & 0xFF : -1;
    }

    /**
     * Takes the next byte.
     *
     * @return 0 to 255, or -1 at the end
     * @throws IOException when reading fails
     */
    public int next() throws IOException {
        int next = peek();
        if (next >= 0) {
            block.get();
            if (next == '\n') {
                line++;
                lineStart = offset();
            }
        }
        return next;
    }

    /**
     * Passes over all bytes up to one of these, or to the end.
     *
     * @param stops ASCII characters
     * @throws IOException when reading fails
     */
    public void skipTo(String stops) throws IOException {
        boolean[] stop = new boolean[256];
        stops.chars().forEach(c -> stop[c] = true);
        while (block.hasRemaining() || more()) {
            int end = block.limit();
            for (int i = block.position(); i < end; i++) {
                int next = block.get(i) & 0xFF;
                if (stop[next]) {
                    block.position(i);
                    return;
                }
                if (next == '\n') {
                    line++;
                    lineStart = blockEnd - (end - i - 1);
                }
            }
            block.position(end);
        }
    }

    /**
     * Passes over the rest of the line, its line feed included.
     *
     * @throws IOException when reading fails
     */
    public void skipLine() throws IOException {
        skipTo("\n");
        next();
    }

    /**
     * Whether the text goes on with this one.
     *
     * @param ascii a short text
     * @return true when it does; nothing is taken
     * @throws IOException when reading fails
     */
    public boolean startsWith(String ascii) throws IOException {
        if (block.remaining() < ascii.length()) {
            more();
        }
        for (int i = 0; i < ascii.length(); i++) {
            if (i >= block.remaining() || (block.get(block.position() + i) & 0xFF) != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Says that bytes at hand were taken, since a place, by who moved the position.
     *
     * @param lines how many lines ended among them
     * @param column how many bytes of the last of these lines' successor were taken
     */
    public void took(long lines, long column) {
        if (lines > 0) {
            line += lines;
            lineStart = offset() - column;
        }
    }

    /**
     * Where the next byte is.
     *
     * @return line and column
     */
    public Place place() {
        return new Place(line, offset() - lineStart + 1);
    }

    /**
     * Marks where the next byte is.
     *
     * @return the mark
     */
    public Mark mark() {
        return new Mark(offset(), line, lineStart);
    }

    /**
     * Goes back, or on, to a mark.
     *
     * @param mark of this text
     */
    public void goTo(Mark mark) {
        blockEnd = mark.offset;
        line = mark.line;
        lineStart = mark.lineStart;
        last = false;
        block.position(0).limit(0);
    }

    private long offset() {
        return blockEnd - block.remaining();
    }
}
