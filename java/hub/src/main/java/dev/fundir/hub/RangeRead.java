package dev.fundir.hub;

import dev.fundir.hub.HubException.Reason;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of a file on the Hub, read to memory.
 *
 * @param bytes what was asked for, or less where the file ends
 * @param fileSize bytes of the whole file, as the server says
 */
record RangeRead(byte[] bytes, long fileSize) {
    private static final Pattern PLACE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");
    private static final int PARTIAL = 206;
    private static final int NOT_SATISFIABLE = 416;

    /**
     * Reads a range.
     *
     * @param first the range's first byte
     * @param length how many bytes are wanted, at least 1
     * @throws HubException {@code SERVER} when the server sends another range, or all of the file
     */
    static RangeRead of(Transport transport, ModelId id, String path, long first, int length) throws IOException {
        Request request = Request.get(transport.at(ModelPages.resolve(id, path)), Request.Subject.of(id, path))
                .header("Range", "bytes=" + first + "-" + (first + length - 1))
                .accepting(NOT_SATISFIABLE);
        return transport.send(request, response -> {
            String said = transport.hide(response.header("Content-Range").orElse(""));
            if (response.status() == NOT_SATISFIABLE && first == 0 && said.equals("bytes */0")) {
                return new RangeRead(new byte[0], 0);
            }
            Matcher place = PLACE.matcher(said);
            if (response.status() != PARTIAL || !place.matches()) {
                throw wrong(
                        request,
                        "answers HTTP " + response.status() + " to a request for a range, "
                                + (said.isEmpty() ? "without saying which range it sends" : "with " + said)
                                + "; expected HTTP 206. Download the file instead");
            }
            long from = Long.parseLong(place.group(1));
            long to = Long.parseLong(place.group(2));
            long size = Long.parseLong(place.group(3));
            if (from != first || to != Math.min(first + length, size) - 1) {
                throw wrong(
                        request,
                        "sends " + said + ", but bytes " + first + "-" + (first + length - 1)
                                + " were asked for. Try again later");
            }
            requireLinked(request, response, size);
            byte[] bytes = response.body().bytes(length);
            if (bytes.length != to - from + 1) {
                throw new HubException(
                        Reason.NETWORK,
                        request.subject().what() + ": " + bytes.length + " bytes of a range of " + (to - from + 1)
                                + " came; try again");
            }
            return new RangeRead(bytes, size);
        });
    }

    /** The Hub and the host that it leads to have to agree on the size. */
    private static void requireLinked(Request request, Response response, long size) throws HubException {
        String linked = response.first().firstValue("X-Linked-Size").orElse(Long.toString(size));
        if (!linked.equals(Long.toString(size))) {
            throw new HubException(
                    Reason.MISMATCH,
                    request.subject().what() + ": the Hub says that it has " + linked + " bytes, the server that it "
                            + "leads to " + size + ". Try again later");
        }
    }

    /** Refuses a file that has another size than it had a moment before. */
    void requireSize(long expected, String path) throws HubException {
        if (fileSize != expected) {
            throw new HubException(
                    Reason.MISMATCH,
                    path + ": the server said that it has " + expected + " bytes, and now " + fileSize
                            + ". Try again later");
        }
    }

    private static HubException wrong(Request request, String sentence) {
        return new HubException(Reason.SERVER, request.subject().what() + ": the server " + sentence);
    }
}
