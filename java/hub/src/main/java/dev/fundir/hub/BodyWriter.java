package dev.fundir.hub;

import dev.fundir.hub.HubException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/**
 * Writes the bytes of an answer into a partial file, gathered to blocks: they come in small pieces. What was gathered
 * is written before waiting for more, and when it is closed. For one thread.
 */
final class BodyWriter implements AutoCloseable {
    private static final int BLOCK = 256 << 10;

    /** A thread writes many answers, one after the other. */
    private static final ThreadLocal<ByteBuffer> BLOCKS =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BLOCK));

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ResponseBody body;
    private final PartialFile partial;
    private final DownloadMeter.FileMeter meter;
    private final Runnable hasMore;
    private final ByteBuffer block = BLOCKS.get().clear();

    /** What came and was not used yet; null at the end. */
    private ByteBuffer piece = NOTHING;

    private int chunk = -1;

    /**
     * A writer.
     *
     * @param hasMore told when bytes were written
     */
    BodyWriter(ResponseBody body, PartialFile partial, DownloadMeter.FileMeter meter, Runnable hasMore) {
        this.body = body;
        this.partial = partial;
        this.meter = meter;
        this.hasMore = hasMore;
    }

    /**
     * Writes the next bytes of the answer as the next of a chunk.
     *
     * @param number of the chunk
     * @param count of the bytes
     * @param isStopped asked before each piece
     * @return whether all were written
     * @throws HubException {@code NETWORK} when the answer ends before
     */
    boolean write(int number, long count, BooleanSupplier isStopped) throws IOException {
        flush();
        chunk = number;
        long left = count;
        while (left > 0 && !isStopped.getAsBoolean()) {
            if (!piece.hasRemaining() && !body.isReady()) {
                flush();
            }
            require(left);
            int some = (int) Math.min(left, Math.min(piece.remaining(), block.remaining()));
            block.put(block.position(), piece, piece.position(), some).position(block.position() + some);
            piece.position(piece.position() + some);
            left -= some;
            if (!block.hasRemaining()) {
                flush();
            }
        }
        flush();
        return left == 0;
    }

    /** Passes over the next bytes of the answer. */
    void skip(long count, BooleanSupplier isStopped) throws IOException {
        for (long left = count; left > 0 && !isStopped.getAsBoolean(); ) {
            require(left);
            int some = (int) Math.min(left, piece.remaining());
            piece.position(piece.position() + some);
            left -= some;
        }
    }

    /** Whether the answer has no more bytes. */
    boolean isEnd() throws HubException {
        advance();
        return piece == null;
    }

    private void require(long left) throws HubException {
        advance();
        if (piece == null) {
            throw new HubException(
                    Reason.NETWORK,
                    "an answer ended " + left + " bytes before it should. Check the network and try again");
        }
    }

    private void advance() throws HubException {
        while (piece != null && !piece.hasRemaining()) {
            piece = body.next();
        }
    }

    private void flush() throws IOException {
        if (block.position() > 0) {
            int count = block.flip().remaining();
            try {
                partial.append(chunk, block);
            } finally {
                block.clear();
            }
            meter.add(count);
            hasMore.run();
        }
    }

    @Override
    public void close() throws IOException {
        flush();
    }
}
