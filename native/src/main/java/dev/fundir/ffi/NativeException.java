package dev.fundir.ffi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A call into the core that did not work, with the fields of its detail record.
 *
 * <p>It never reaches users: the library maps it to the exception that the caller of its method expects.
 */
public final class NativeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private static final int HEAD = 40;

    /** The kind of failure. */
    private final Status status;

    /** The number of the broken rule, or 0. */
    private final int reason;

    /** The number found, or 0. */
    private final long found;

    /** The number expected, or 0. */
    private final long expected;

    /** The number from the operating system, or 0. */
    private final int osError;

    /** The tensor, or empty. */
    private final String tensor;

    /** The file, or empty. */
    private final String path;

    /** The message without the places. */
    private final String sentence;

    private NativeException(
            Status status,
            int reason,
            long found,
            long expected,
            int osError,
            String tensor,
            String path,
            String sentence) {
        super(describe(status, tensor, path, sentence));
        this.status = status;
        this.reason = reason;
        this.found = found;
        this.expected = expected;
        this.osError = osError;
        this.tensor = tensor;
        this.path = path;
        this.sentence = sentence;
    }

    /** Decodes the detail record that a call left behind with a status other than {@link Status#OK}. */
    static NativeException of(Status status, ByteBuffer record) {
        ByteBuffer detail = record.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int tensorLength = detail.getInt(28);
        int pathLength = detail.getInt(32);
        int messageLength = detail.getInt(36);
        detail.position(HEAD);
        return new NativeException(
                status,
                detail.getInt(4),
                detail.getLong(8),
                detail.getLong(16),
                detail.getInt(24),
                text(detail, tensorLength),
                text(detail, pathLength),
                text(detail, messageLength));
    }

    private static String text(ByteBuffer detail, int length) {
        byte[] bytes = new byte[length];
        detail.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String describe(Status status, String tensor, String path, String sentence) {
        StringBuilder text = new StringBuilder();
        for (String place : new String[] {path, tensor}) {
            if (!place.isEmpty()) {
                text.append(place).append(": ");
            }
        }
        return text.append(sentence).append(" (").append(status).append(')').toString();
    }

    /**
     * The kind of failure.
     *
     * @return never {@link Status#OK}
     */
    public Status status() {
        return status;
    }

    /**
     * The number of the broken rule, when {@link #status()} is {@link Status#FORMAT}.
     *
     * @return the number, 0 when there is none
     */
    public int reason() {
        return reason;
    }

    /**
     * The number that the message says was found.
     *
     * @return an unsigned number, 0 when there is none
     */
    public long found() {
        return found;
    }

    /**
     * The number that the message says was expected.
     *
     * @return an unsigned number, 0 when there is none
     */
    public long expected() {
        return expected;
    }

    /**
     * The number that the operating system gave ({@code errno}).
     *
     * @return the number, 0 when there is none
     */
    public int osError() {
        return osError;
    }

    /**
     * The name of the tensor it happened in.
     *
     * @return the name, empty when there is none
     */
    public String tensor() {
        return tensor;
    }

    /**
     * The file it happened in.
     *
     * @return the path, empty where only the caller knows it
     */
    public String path() {
        return path;
    }

    /**
     * The message without the places: what was found, what was expected, what to do.
     *
     * @return one sentence
     */
    public String sentence() {
        return sentence;
    }
}
