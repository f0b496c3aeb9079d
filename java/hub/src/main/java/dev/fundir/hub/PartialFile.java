package dev.fundir.hub;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * A file that is being downloaded, in chunks that fill up from their beginnings, and goes on where it was after the
 * process was killed.
 *
 * <p>Behind the place of the file's last byte lies a journal, which says how much of each chunk is there; it is cut off
 * when all is. What the journal says was written before; after a loss of power that need not be so, which the hash
 * shows. A file that is no longer than it will be has no journal: it is a beginning, as other programs leave one.
 *
 * <p>Threads may fill different chunks, and read what is there, at the same time. Whoever opens it holds the lock of
 * the file.
 */
final class PartialFile implements AutoCloseable {
    private static final long MAGIC = 0x314C_4149_5452_4150L;
    private static final int HEAD = 16;

    private final Path path;
    private final long size;
    private final int chunk;
    private final FileChannel channel;
    private final int[] done;

    private PartialFile(Path path, long size, int chunk, FileChannel channel) {
        this.path = path;
        this.size = size;
        this.chunk = chunk;
        this.channel = channel;
        this.done = new int[Math.toIntExact((size + chunk - 1) / chunk)];
    }

    /**
     * Opens what is there of a file, or begins it.
     *
     * @param path where it lies meanwhile; its folder exists
     * @param size bytes that it will have
     * @param chunk bytes of a chunk
     */
    static PartialFile open(Path path, long size, int chunk) throws IOException {
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        try {
            PartialFile file = new PartialFile(path, size, chunk, channel);
            file.load();
            return file;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Where it lies. */
    Path path() {
        return path;
    }

    /** Into how many chunks it is cut. */
    int chunks() {
        return done.length;
    }

    /** Where a chunk begins. */
    long start(int number) {
        return (long) number * chunk;
    }

    /** How long a chunk is. */
    int length(int number) {
        return (int) Math.min(chunk, size - start(number));
    }

    /** How many bytes of a chunk are there. */
    synchronized int done(int number) {
        return done[number];
    }

    /** How many bytes are there in all. */
    synchronized long done() {
        long all = 0;
        for (int bytes : done) {
            all += bytes;
        }
        return all;
    }

    /** How many bytes are there from the beginning on, without a hole; {@code known} of them are known to be. */
    synchronized long beginning(long known) {
        int number = (int) (known / chunk);
        while (number < done.length && done[number] == length(number)) {
            number++;
        }
        return number == done.length ? size : start(number) + done[number];
    }

    /**
     * Writes the next bytes of a chunk.
     *
     * @param bytes no more than are missing in it; all are taken
     */
    void append(int number, ByteBuffer bytes) throws IOException {
        int at = done(number);
        int count = bytes.remaining();
        if (count > length(number) - at) {
            throw new IllegalArgumentException(count + " bytes are more than chunk " + number + " misses");
        }
        writeFully(bytes, start(number) + at);
        synchronized (this) {
            done[number] = at + count;
        }
        ByteBuffer word = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        writeFully(word.putInt(0, at + count), size + HEAD + (long) number * Integer.BYTES);
    }

    /** Reads bytes that are there, as many as the buffer takes or lie before {@code end}. */
    void read(ByteBuffer into, long at, long end) throws IOException {
        into.clear().limit((int) Math.min(into.capacity(), end - at));
        while (into.hasRemaining()) {
            if (channel.read(into, at + into.position()) < 0) {
                throw new EOFException(path + ": it was cut short meanwhile; run the download again");
            }
        }
        into.flip();
    }

    /** Forgets all that is there. */
    synchronized void reset() throws IOException {
        channel.truncate(0);
        Arrays.fill(done, 0);
        begin();
    }

    /** Cuts the journal off, and has the disk keep the bytes. */
    void complete() throws IOException {
        channel.truncate(size);
        channel.force(true);
    }

    /** Deletes it. */
    void delete() throws IOException {
        channel.close();
        Files.deleteIfExists(path);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void load() throws IOException {
        long length = channel.size();
        if (length <= size) {
            for (int number = 0; number < done.length; number++) {
                done[number] = (int) Math.max(0, Math.min(length(number), length - start(number)));
            }
            begin();
        } else if (!loadJournal(length)) {
            reset();
        }
    }

    private boolean loadJournal(long length) throws IOException {
        int bytes = HEAD + done.length * Integer.BYTES;
        if (length != size + bytes) {
            return false;
        }
        ByteBuffer journal = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        read(journal, size, length);
        if (journal.getLong() != MAGIC || journal.getInt() != chunk || journal.getInt() != done.length) {
            return false;
        }
        for (int number = 0; number < done.length; number++) {
            done[number] = journal.getInt();
            if (done[number] < 0 || done[number] > length(number)) {
                Arrays.fill(done, 0);
                return false;
            }
        }
        return true;
    }

    /** Writes a journal of what is there. Its first word comes last: before, it is none. */
    private void begin() throws IOException {
        if (done.length == 0) {
            return;
        }
        ByteBuffer journal = ByteBuffer.allocate(HEAD + done.length * Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0)
                .putInt(chunk)
                .putInt(done.length);
        for (int number = 0; number < done.length; number++) {
            journal.putInt(done[number]);
        }
        writeFully(journal.flip(), size);
        writeFully(
                ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(MAGIC)
                        .flip(),
                size);
    }

    private void writeFully(ByteBuffer bytes, long at) throws IOException {
        long position = at;
        try {
            while (bytes.hasRemaining()) {
                position += channel.write(bytes, position);
            }
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            FileSystemException failure = new FileSystemException(
                    path.toString(),
                    null,
                    "cannot write: " + e.getMessage()
                            + ". What was downloaded is kept: make room on its disk and run the download again");
            failure.initCause(e);
            throw failure;
        }
    }
}
