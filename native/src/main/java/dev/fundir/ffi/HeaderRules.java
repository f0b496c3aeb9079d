package dev.fundir.ffi;

/**
 * By which rules a header is read.
 *
 * @param strict whether to refuse what the format forbids but its reference implementation accepts
 * @param maxHeaderBytes the longest header; the format's own limit where this is more
 * @param maxTensors the most tensors in a header
 */
public record HeaderRules(boolean strict, long maxHeaderBytes, long maxTensors) {
    /** Those of the format's reference implementation. */
    public static final HeaderRules FORMAT = new HeaderRules(false, Long.MAX_VALUE, Long.MAX_VALUE);

    private static final int STRICT = 1;

    /**
     * Checks the limits.
     *
     * @param strict whether what only the reference implementation lets pass is refused
     * @param maxHeaderBytes bytes of the longest header
     * @param maxTensors the most tensors
     * @throws IllegalArgumentException when one is negative
     */
    public HeaderRules {
        if (maxHeaderBytes < 0 || maxTensors < 0) {
            throw new IllegalArgumentException(
                    "a limit is negative: " + maxHeaderBytes + " bytes, " + maxTensors + " tensors");
        }
    }

    int flags() {
        return strict ? STRICT : 0;
    }
}
