package dev.fundir.internal.bulk;

import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointFormatException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.util.List;

/**
 * Reads blocks of files one after the other, by a channel of its own. For one thread.
 *
 * <p>Large pieces are read into their memory. Small ones that lie close together are read at once into memory that
 * stays in the processor's cache, and copied from there; so are those that the system would copy badly.
 */
final class BlockReader implements AutoCloseable {
    /** A smaller piece is worth a read of its own only where it has no neighbour. */
    private static final int SMALL = 64 << 10;

    /** Bytes between two pieces that are read with them: disks and caches give whole pages anyway. */
    private static final int GAP = 4096;

    private static final int PAGE = 4096;
    private static final int SCRATCH = 256 << 10;

    private FileReads file;
    private FileChannel channel;
    private ByteBuffer scratch;

    void read(FileReads.Block block) throws IOException {
        open(block.file());
        List<Piece> pieces = block.pieces();
        for (int first = 0; first < pieces.size(); ) {
            int end = runEnd(pieces, first);
            Piece piece = pieces.get(first);
            if (end == first + 1 && piece.isCopiedWell()) {
                readFully(piece.target().duplicate(), piece.offset());
            } else {
                readAndCopy(pieces.subList(first, end));
            }
            first = end;
        }
    }

    /** Where the pieces end that are read together with the first. */
    private static int runEnd(List<Piece> pieces, int first) {
        int end = first + 1;
        while (isSmall(pieces.get(first))
                && end < pieces.size()
                && isSmall(pieces.get(end))
                && pieces.get(end).offset() - pieces.get(end - 1).end() <= GAP) {
            end++;
        }
        return end;
    }

    private static boolean isSmall(Piece piece) {
        return piece.length() < SMALL;
    }

    private void readAndCopy(List<Piece> pieces) throws IOException {
        long end = pieces.get(pieces.size() - 1).end();
        int next = 0;
        for (long at = pieces.get(0).offset(); at < end; ) {
            ByteBuffer bytes = scratch(at, (int) Math.min(SCRATCH, end - at));
            readFully(bytes.duplicate(), at);
            long readEnd = at + bytes.remaining();
            while (next < pieces.size() && pieces.get(next).offset() < readEnd) {
                copy(bytes, at, pieces.get(next));
                if (pieces.get(next).end() > readEnd) {
                    break;
                }
                next++;
            }
            at = readEnd;
        }
    }

    /** Memory that lies in its page as the bytes do in theirs. */
    private ByteBuffer scratch(long offset, int length) {
        if (scratch == null) {
            scratch = ByteBuffer.allocateDirect(SCRATCH + 2 * PAGE).alignedSlice(PAGE);
        }
        return scratch.slice((int) (offset % PAGE), length);
    }

    /** Copies what a piece has of bytes that begin at {@code at}. */
    private static void copy(ByteBuffer bytes, long at, Piece piece) {
        long from = Math.max(at, piece.offset());
        long to = Math.min(at + bytes.remaining(), piece.end());
        piece.target().put((int) (from - piece.offset()), bytes, (int) (from - at), (int) (to - from));
    }

    private void readFully(ByteBuffer target, long offset) throws IOException {
        while (target.hasRemaining()) {
            if (read(target, offset + target.position()) < 0) {
                throw new CheckpointFormatException(
                        Reason.INCOMPLETE,
                        file.path(),
                        null,
                        "the file was cut to " + channel.size() + " bytes while it was read, it had "
                                + file.identity().size() + ": open it again when it is complete");
            }
        }
    }

    private int read(ByteBuffer target, long offset) throws IOException {
        try {
            return channel.read(target, offset);
        } catch (java.nio.channels.ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            FileSystemException named = new FileSystemException(
                    file.path().toString(),
                    null,
                    "cannot read " + target.remaining() + " bytes at " + offset + ": " + e.getMessage());
            named.initCause(e);
            throw named;
        }
    }

    private void open(FileReads wanted) throws IOException {
        if (file == null || !file.path().equals(wanted.path())) {
            close();
            channel = wanted.identity().open(wanted.path());
            file = wanted;
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
