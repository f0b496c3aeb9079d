package dev.fundir.hub;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The bytes of an answer, taken buffer by buffer as they come. Only a few are in memory: the next are asked for when
 * one was taken. The client's own timeout ends with the headers, so here is the watch on what follows.
 *
 * <p>One thread may read.
 */
final class ResponseBody implements BodySubscriber<ResponseBody> {
    /** So many pieces may wait, of 16 KiB each as the client reads them. */
    private static final int AHEAD = 16;

    private static final Piece END = new Piece(List.of(), null);

    /** What came: buffers, or a failure, or the end. */
    private record Piece(List<ByteBuffer> buffers, Throwable failure) {}

    private final Duration patience;
    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private final Deque<ByteBuffer> taken = new ArrayDeque<>();
    private final CompletableFuture<ResponseBody> ready = CompletableFuture.completedFuture(this);
    private volatile Flow.Subscription subscription;
    private volatile boolean closed;
    private boolean ended;

    /**
     * A body.
     *
     * @param patience how long to wait for the next bytes
     */
    ResponseBody(Duration patience) {
        this.patience = patience;
    }

    /**
     * Takes the next bytes.
     *
     * @return a buffer with bytes in it, the caller's own; null at the end
     * @throws HubException {@code STALLED} when none came for the time that is waited, {@code NETWORK} when the
     *     connection broke
     * @throws CancellationException when the thread is interrupted; it stays so
     */
    @SuppressWarnings("ReferenceEquality") // a mark, of which there is one
    ByteBuffer next() throws HubException {
        while (taken.isEmpty()) {
            if (ended) {
                return null;
            }
            Piece piece = await();
            if (piece == END) {
                ended = true;
                return null;
            }
            if (piece.failure != null) {
                close();
                throw new HubException(
                        HubException.Reason.NETWORK,
                        "the connection broke off in the middle of an answer: " + Failures.cause(piece.failure)
                                + ". Check the network and try again",
                        piece.failure);
            }
            for (ByteBuffer buffer : piece.buffers) {
                if (buffer.hasRemaining()) {
                    taken.add(buffer);
                }
            }
            subscription.request(1);
        }
        return taken.poll();
    }

    /** Whether {@link #next} has an answer at once. */
    boolean isReady() {
        return ended || !taken.isEmpty() || !pieces.isEmpty();
    }

    private Piece await() throws HubException {
        try {
            Piece piece = pieces.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (piece == null) {
                close();
                throw new HubException(
                        HubException.Reason.STALLED,
                        "no byte came for " + patience.toSeconds()
                                + " s in the middle of an answer. Check the network and try again;"
                                + " HF_HUB_DOWNLOAD_TIMEOUT sets a longer time");
            }
            return piece;
        } catch (InterruptedException e) {
            close();
            throw Failures.interrupted(e);
        }
    }

    /**
     * Reads all that is left.
     *
     * @param most the most bytes that are taken to memory
     * @return the bytes
     * @throws HubException when there are more, or reading fails
     */
    byte[] bytes(long most) throws HubException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuffer next = next(); next != null; next = next()) {
            if (all.size() + (long) next.remaining() > most) {
                close();
                throw new HubException(
                        HubException.Reason.SERVER,
                        "an answer of more than " + most + " bytes where no such long one is expected;"
                                + " check that the endpoint is a Hub");
            }
            byte[] bytes = new byte[next.remaining()];
            next.get(bytes);
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    /** Whether all of it was taken, so that the connection serves again. */
    boolean isEnded() {
        return ended;
    }

    /** Lets go of it. What was not read is not read any more. */
    void close() {
        closed = true;
        taken.clear();
        pieces.clear();
        Flow.Subscription open = subscription;
        if (open != null && !ended) {
            open.cancel();
        }
    }

    @Override
    public CompletionStage<ResponseBody> getBody() {
        return ready;
    }

    @Override
    public void onSubscribe(Flow.Subscription other) {
        subscription = other;
        if (closed) {
            other.cancel();
        } else {
            other.request(AHEAD);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        if (!closed) {
            pieces.add(new Piece(buffers, null));
        }
    }

    @Override
    public void onError(Throwable failure) {
        pieces.add(new Piece(List.of(), failure));
    }

    @Override
    public void onComplete() {
        pieces.add(END);
    }
}
