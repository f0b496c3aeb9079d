package dev.fundir.hub.fake;

import java.util.Map;
import java.util.Optional;

/**
 * What goes wrong with one request.
 *
 * @param status an answer instead of the right one, or 0
 * @param headers what that answer, or the right one, has besides
 * @param cutAfter after how many bytes of the body the connection is closed, or -1
 * @param stallAfter after how many bytes of the body nothing follows any more, or -1
 * @param wrongByteAt which byte of the whole file is another one, or -1
 * @param ignoresRange whether all of the file is sent, whatever range was asked for
 * @param bytesPerSecond how fast the body comes, or 0 for as fast as it can
 * @param silent whether nothing is answered at all; with {@code cutAfter}, the connection is closed then
 * @param body of the answer that {@code status} is
 */
public record Fault(
        int status,
        Map<String, String> headers,
        long cutAfter,
        long stallAfter,
        long wrongByteAt,
        boolean ignoresRange,
        long bytesPerSecond,
        boolean silent,
        Optional<String> body) {
    /** Nothing goes wrong; so a fault can be for the second request. */
    public static Fault none() {
        return new Fault(0, Map.of(), -1, -1, -1, false, 0, false, Optional.empty());
    }

    /** Another answer. */
    public static Fault status(int status) {
        return none().answering(status, Map.of());
    }

    /** Another answer, with headers. */
    public static Fault status(int status, Map<String, String> headers) {
        return none().answering(status, headers);
    }

    /** Another answer, with headers and a text. */
    public static Fault status(int status, Map<String, String> headers, String body) {
        return new Fault(status, headers, -1, -1, -1, false, 0, false, Optional.of(body));
    }

    /** The right answer, with other headers. */
    public static Fault headers(Map<String, String> headers) {
        return none().answering(0, headers);
    }

    /** The connection is closed in the middle of the body. */
    public static Fault cut(long afterBytes) {
        return new Fault(0, Map.of(), afterBytes, -1, -1, false, 0, false, Optional.empty());
    }

    /** Nothing follows in the middle of the body, and the connection stays. */
    public static Fault stall(long afterBytes) {
        return new Fault(0, Map.of(), -1, afterBytes, -1, false, 0, false, Optional.empty());
    }

    /** A byte of the file is another one. */
    public static Fault wrongByte(long at) {
        return new Fault(0, Map.of(), -1, -1, at, false, 0, false, Optional.empty());
    }

    /** All of the file comes instead of a range. */
    public static Fault ignoredRange() {
        return new Fault(0, Map.of(), -1, -1, -1, true, 0, false, Optional.empty());
    }

    /** The body comes slowly. */
    public static Fault slow(long bytesPerSecond) {
        return new Fault(0, Map.of(), -1, -1, -1, false, bytesPerSecond, false, Optional.empty());
    }

    /** The connection is closed instead of an answer, when so much of the request's body has come. */
    public static Fault hangUp(long afterBytes) {
        return new Fault(0, Map.of(), afterBytes, -1, -1, false, 0, true, Optional.empty());
    }

    /** Nothing is answered. */
    public static Fault silence() {
        return new Fault(0, Map.of(), -1, -1, -1, false, 0, true, Optional.empty());
    }

    private Fault answering(int other, Map<String, String> more) {
        return new Fault(other, more, cutAfter, stallAfter, wrongByteAt, ignoresRange, bytesPerSecond, silent, body);
    }
}
