package dev.fundir.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives a request's body to the client, a piece when it asks for one. Unlike the client's own way with streams, a
 * failure to read ends the request with that failure and not with a shorter body.
 */
final class SentBody implements BodyPublisher {
    private static final int PIECE = 64 * 1024;

    private final RequestBody body;
    private final AtomicLong sent = new AtomicLong();
    private volatile IOException failure;

    SentBody(RequestBody body) {
        this.body = body;
    }

    /** How many bytes were taken; it only grows while the request is under way. */
    long sent() {
        return sent.get();
    }

    /** Why the body could not be read; null when that is not the trouble. */
    IOException failure() {
        return failure;
    }

    @Override
    public long contentLength() {
        return body.length();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        InputStream in;
        try {
            in = body.open();
        } catch (IOException e) {
            failure = e;
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {
                    // There is nothing to ask for: it has failed.
                }

                @Override
                public void cancel() {
                    // Nothing is open.
                }
            });
            subscriber.onError(e);
            return;
        }
        subscriber.onSubscribe(new Pieces(in, subscriber));
    }

    /** Reads as long as pieces are asked for; asking from within a piece's delivery only adds to what is owed. */
    private final class Pieces implements Flow.Subscription {
        private final InputStream in;
        private final Flow.Subscriber<? super ByteBuffer> subscriber;
        private final AtomicLong owed = new AtomicLong();
        private volatile boolean over;

        Pieces(InputStream in, Flow.Subscriber<? super ByteBuffer> subscriber) {
            this.in = in;
            this.subscriber = subscriber;
        }

        @Override
        public void request(long count) {
            if (count <= 0) {
                end();
                subscriber.onError(new IllegalArgumentException("asked for " + count + " pieces"));
                return;
            }
            if (owed.getAndAdd(count) != 0) {
                return;
            }
            do {
                if (over || !deliver()) {
                    return;
                }
            } while (owed.decrementAndGet() != 0);
        }

        private boolean deliver() {
            try {
                byte[] piece = new byte[PIECE];
                int count = in.readNBytes(piece, 0, PIECE);
                if (count == 0) {
                    end();
                    subscriber.onComplete();
                    return false;
                }
                sent.addAndGet(count);
                subscriber.onNext(ByteBuffer.wrap(piece, 0, count));
                return true;
            } catch (IOException e) {
                failure = e;
                end();
                subscriber.onError(e);
                return false;
            }
        }

        @Override
        public void cancel() {
            end();
        }

        private void end() {
            over = true;
            try {
                in.close();
            } catch (IOException e) {
                // It was only read from.
                failure = failure == null ? e : failure;
            }
        }
    }
}
