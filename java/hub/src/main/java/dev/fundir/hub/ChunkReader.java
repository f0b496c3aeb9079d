package dev.fundir.hub;

import dev.fundir.hub.HubException.Reason;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads parts of a file from the Hub into a partial file. What breaks off is asked for again from there on, five times,
 * and anew whenever some bytes came. Safe for many threads that read different chunks.
 */
final class ChunkReader {
    private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");
    private static final Set<Reason> BROKEN = Set.of(Reason.NETWORK, Reason.STALLED);

    private final DownloadContext context;
    private final RemoteFile file;
    private final PartialFile partial;
    private final FileAddress address;
    private final DownloadMeter.FileMeter meter;
    private final Runnable hasMore;

    private volatile boolean ignoresRanges;
    private volatile boolean isStopped;

    ChunkReader(
            DownloadContext context,
            RemoteFile file,
            PartialFile partial,
            DownloadMeter.FileMeter meter,
            Runnable hasMore) {
        this.context = context;
        this.file = file;
        this.partial = partial;
        this.address = new FileAddress(context, file);
        this.meter = meter;
        this.hasMore = hasMore;
    }

    /** What is to be read of a file. */
    private interface Part {
        /** How many bytes of it are there. */
        long done();

        /** Whether nothing is left to do. */
        boolean isDone();

        /** What the request asks for; empty for all of the file. */
        Optional<String> range();

        /** Takes an answer. */
        void take(Response response) throws IOException;
    }

    /** Whether the server answers with the whole file when it is asked for a part. */
    boolean ignoresRanges() {
        return ignoresRanges;
    }

    /** Has reading stop at the next bytes. */
    void stop() {
        isStopped = true;
    }

    /** Reads what is missing of a chunk; returns early when it is stopped, or the server ignores ranges. */
    void read(int chunk) throws IOException {
        persist(new Chunk(chunk));
    }

    /** Reads the whole file in one stream, and writes what is missing of it. */
    void readAll() throws IOException {
        persist(new Whole());
    }

    private void persist(Part part) throws IOException {
        int failures = 0;
        while (!isStopped && !part.isDone()) {
            long before = part.done();
            Optional<HubException> broken = take(part);
            if (broken.isPresent()) {
                failures = part.done() > before ? 0 : failures + 1;
                if (failures > context.transport().waits().count()) {
                    throw new HubException(
                            broken.get().reason(),
                            context.what(file) + ": " + broken.get().getMessage(),
                            broken.get());
                }
                pause(failures);
            }
        }
    }

    /** Asks once, and answers what broke the answer off. What the transport gives up is final. */
    private Optional<HubException> take(Part part) throws IOException {
        try (Response response = address.send(part.range())) {
            requirePlain(response);
            try {
                part.take(response);
                return Optional.empty();
            } catch (HubException e) {
                if (!BROKEN.contains(e.reason())) {
                    throw e;
                }
                return Optional.of(e);
            }
        }
    }

    private void pause(int failures) {
        Waits waits = context.transport().waits();
        try {
            waits.pause(waits.next(failures, Optional.empty()));
        } catch (InterruptedException e) {
            throw Failures.interrupted(e);
        }
    }

    /** A chunk, by a range unless it is the whole file. */
    private final class Chunk implements Part {
        private final int number;

        Chunk(int number) {
            this.number = number;
        }

        @Override
        public long done() {
            return partial.done(number);
        }

        @Override
        public boolean isDone() {
            return ignoresRanges || partial.done(number) == partial.length(number);
        }

        @Override
        public Optional<String> range() {
            return isWhole() ? Optional.empty() : Optional.of("bytes=" + from() + "-" + (end() - 1));
        }

        @Override
        public void take(Response response) throws IOException {
            if (isWhole()) {
                requireSize(response.number("Content-Length"));
                take(response, end());
            } else if (response.status() == 206) {
                take(response, rangeEnd(response, from(), end()));
            } else {
                ignoresRanges = true;
                hasMore.run();
            }
        }

        private void take(Response response, long end) throws IOException {
            try (BodyWriter body = new BodyWriter(response.body(), partial, meter, hasMore)) {
                if (body.write(number, end - from(), () -> isStopped || ignoresRanges)) {
                    requireEnd(body);
                }
            }
        }

        private boolean isWhole() {
            return from() == 0 && end() == file.size();
        }

        private long from() {
            return partial.start(number) + partial.done(number);
        }

        private long end() {
            return partial.start(number) + partial.length(number);
        }
    }

    /** The whole file, of which only what is missing is written. */
    private final class Whole implements Part {
        @Override
        public long done() {
            return partial.done();
        }

        @Override
        public boolean isDone() {
            return partial.done() == file.size();
        }

        @Override
        public Optional<String> range() {
            return Optional.empty();
        }

        @Override
        public void take(Response response) throws IOException {
            requireSize(response.number("Content-Length"));
            try (BodyWriter body = new BodyWriter(response.body(), partial, meter, hasMore)) {
                for (int chunk = 0; chunk < partial.chunks(); chunk++) {
                    int there = partial.done(chunk);
                    body.skip(there, () -> isStopped);
                    body.write(chunk, partial.length(chunk) - there, () -> isStopped);
                }
                requireEnd(body);
            }
        }
    }

    private void requireEnd(BodyWriter body) throws HubException {
        if (!isStopped && !body.isEnd()) {
            throw address.mismatch("the server sends more than it announced");
        }
    }

    private void requirePlain(Response response) throws HubException {
        String encoding = response.header("Content-Encoding").orElse("identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            throw new HubException(
                    Reason.SERVER,
                    context.what(file) + ": the server sends it encoded as " + encoding
                            + ", which was not asked for; check the proxy and HF_ENDPOINT");
        }
    }

    private void requireSize(OptionalLong size) throws HubException {
        if (size.isPresent() && size.getAsLong() != file.size()) {
            throw address.mismatch("the server has " + size.getAsLong() + " bytes of it");
        }
    }

    /** Where the range of an answer ends; it begins where it was asked for, and is no longer. */
    private long rangeEnd(Response response, long from, long end) throws HubException {
        String text = response.header("Content-Range").orElse("");
        Matcher range = RANGE.matcher(text);
        if (!range.matches()
                || Long.parseLong(range.group(1)) != from
                || Long.parseLong(range.group(2)) < from
                || Long.parseLong(range.group(2)) >= end) {
            throw new HubException(
                    Reason.SERVER,
                    context.what(file) + ": asked for the bytes " + from + "-" + (end - 1)
                            + ", the server answers with \"" + text + "\"; check the proxy and HF_ENDPOINT");
        }
        if (!range.group(3).equals("*")) {
            requireSize(OptionalLong.of(Long.parseLong(range.group(3))));
        }
        return Long.parseLong(range.group(2)) + 1;
    }
}
