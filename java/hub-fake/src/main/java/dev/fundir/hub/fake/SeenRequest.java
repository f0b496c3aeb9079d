package dev.fundir.hub.fake;

import java.util.Map;

/**
 * A request that came.
 *
 * @param server which one it came to
 * @param method such as {@code GET}
 * @param path quoted, as it was sent
 * @param query its parameters
 * @param headers by names in lower case
 */
public record SeenRequest(
        Server server, String method, String path, Map<String, String> query, Map<String, String> headers) {
    /** The hosts of the fake. */
    public enum Server {
        /** What users know the address of. */
        HUB,
        /** Where large files are, on another port. */
        CDN
    }
}
