package dev.fundir.hub.fake;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A request to the fake, and its answer. */
final class FakeExchange {
    private final SocketChannel socket;
    final String method;
    /** The path as it was sent, quoted. */
    final String path;

    final Map<String, String> query;
    final Map<String, String> headers;
    final InputStream body;
    private boolean answered;
    private boolean closing;
    private Fault fault = Fault.none();

    private FakeExchange(
            SocketChannel socket, String method, String target, Map<String, String> headers, InputStream body) {
        this.socket = socket;
        this.method = method;
        int mark = target.indexOf('?');
        this.path = mark < 0 ? target : target.substring(0, mark);
        this.query = mark < 0 ? Map.of() : query(target.substring(mark + 1));
        this.headers = headers;
        this.body = body;
    }

    /** Reads the next request of a connection; null at its end. */
    static FakeExchange read(SocketChannel socket, BufferedInputStream in) throws IOException {
        String line = line(in);
        if (line == null || line.isEmpty()) {
            return null;
        }
        String[] words = line.split(" ", -1);
        Map<String, String> headers = new HashMap<>();
        for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
            write(socket, ByteBuffer.wrap("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        }
        InputStream body = "chunked".equalsIgnoreCase(headers.get("transfer-encoding"))
                ? new ChunkedBody(in)
                : new FixedBody(in, Long.parseLong(headers.getOrDefault("content-length", "0")));
        return new FakeExchange(socket, words[0], words[1], headers, body);
    }

    /** A path without quoting. */
    static String unquoted(String quoted) {
        return URLDecoder.decode(quoted.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    boolean isAnswered() {
        return answered;
    }

    /** What goes wrong with the answer. */
    void fault(Fault other) {
        fault = other;
    }

    /** Whether all of a file is sent, whatever range was asked for. */
    boolean ignoresRange() {
        return fault.ignoresRange();
    }

    void json(int status, String json) throws IOException {
        json(status, Map.of(), json);
    }

    void json(int status, Map<String, String> more, String json) throws IOException {
        Map<String, String> all = new LinkedHashMap<>(more);
        all.putIfAbsent("Content-Type", "application/json; charset=utf-8");
        send(status, all, json.getBytes(StandardCharsets.UTF_8));
    }

    void send(int status, Map<String, String> more, byte[] bytes) throws IOException {
        send(status, more, Content.of(bytes), 0, bytes.length);
    }

    /** Sends a range of bytes, as the fault lets it. */
    void send(int status, Map<String, String> more, Content content, long offset, long length) throws IOException {
        head(status, more, length);
        if (method.equals("HEAD")) {
            return;
        }
        long wrong = fault.wrongByteAt();
        long end = length;
        if (fault.cutAfter() >= 0) {
            end = Math.min(end, fault.cutAfter());
        }
        if (fault.stallAfter() >= 0) {
            end = Math.min(end, fault.stallAfter());
        }
        if (fault.bytesPerSecond() > 0) {
            slowly(content, offset, end, fault.bytesPerSecond());
        } else if (wrong >= offset && wrong < offset + end) {
            content.write(offset, wrong - offset, socket);
            java.io.ByteArrayOutputStream one = new java.io.ByteArrayOutputStream();
            content.write(wrong, 1, java.nio.channels.Channels.newChannel(one));
            write(socket, ByteBuffer.wrap(new byte[] {(byte) (one.toByteArray()[0] ^ 1)}));
            content.write(wrong + 1, offset + end - wrong - 1, socket);
        } else {
            content.write(offset, end, socket);
        }
        if (end < length && fault.stallAfter() >= 0) {
            stall();
        }
        if (end < length) {
            closing = true;
        }
    }

    /** Nothing happens any more until the other side gives up. */
    void stall() throws IOException {
        answered = true;
        closing = true;
        ByteBuffer one = ByteBuffer.allocate(1);
        while (socket.read(one.clear()) >= 0) {
            // What comes is of no interest.
        }
    }

    private void slowly(Content content, long offset, long length, long bytesPerSecond) throws IOException {
        long piece = Math.max(1, bytesPerSecond / 50);
        for (long done = 0; done < length; done += piece) {
            content.write(offset + done, Math.min(piece, length - done), socket);
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
        }
    }

    private void head(int status, Map<String, String> more, long length) throws IOException {
        answered = true;
        Map<String, String> all = new LinkedHashMap<>();
        all.put("Content-Length", Long.toString(length));
        all.put("x-request-id", "Root=1-fake-" + Integer.toHexString(System.identityHashCode(this)));
        all.putAll(more);
        all.putAll(fault.headers());
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Fake\r\n");
        all.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        write(socket, ByteBuffer.wrap(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Prepares for the next request; false when the connection is to be closed. */
    boolean finish() throws IOException {
        if (closing || "close".equalsIgnoreCase(headers.get("connection"))) {
            return false;
        }
        body.skip(Long.MAX_VALUE);
        return true;
    }

    private static void write(SocketChannel socket, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
    }

    private static Map<String, String> query(String text) {
        Map<String, String> query = new LinkedHashMap<>();
        for (String pair : text.split("&", -1)) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            query.put(
                    URLDecoder.decode(key, StandardCharsets.UTF_8),
                    equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return query;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return null;
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    /** A body of a known length. */
    private static final class FixedBody extends InputStream {
        private final InputStream in;
        private long left;

        FixedBody(InputStream in, long length) {
            this.in = in;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = in.read(to, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException("the client sent " + left + " bytes less than it said");
            }
            left -= count;
            return count;
        }

        @Override
        public long skip(long count) throws IOException {
            byte[] some = new byte[64 * 1024];
            long skipped = 0;
            for (int got = read(some, 0, some.length); got > 0; got = read(some, 0, some.length)) {
                skipped += got;
            }
            return skipped;
        }
    }

    /** A body in chunks. */
    private static final class ChunkedBody extends InputStream {
        private final InputStream in;
        private long left;
        private boolean ended;

        ChunkedBody(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (ended) {
                return -1;
            }
            if (left == 0) {
                String size = line(in);
                if (size == null) {
                    throw new EOFException("the client closed in the middle of a body");
                }
                left = Long.parseLong(size.strip(), 16);
                if (left == 0) {
                    line(in);
                    ended = true;
                    return -1;
                }
            }
            int count = in.read(to, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException("the client closed in the middle of a chunk");
            }
            left -= count;
            if (left == 0) {
                line(in);
            }
            return count;
        }

        @Override
        public long skip(long count) throws IOException {
            byte[] some = new byte[8192];
            long skipped = 0;
            for (int got = read(some, 0, some.length); got > 0; got = read(some, 0, some.length)) {
                skipped += got;
            }
            return skipped;
        }
    }
}
