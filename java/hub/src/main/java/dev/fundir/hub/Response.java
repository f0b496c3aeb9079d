package dev.fundir.hub;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An answer, whose body has yet to be read. Has to be closed; a body that is not read to its end takes its connection
 * with it.
 *
 * @param status from 200 to 399, or one that the request accepts
 * @param uri where the answer came from, behind all redirects
 * @param headers of this answer
 * @param first headers of the first answer, which are the Hub's own where it redirects to another host
 * @param body the bytes
 */
record Response(int status, URI uri, HttpHeaders headers, HttpHeaders first, ResponseBody body)
        implements AutoCloseable {
    /** A header's value. */
    Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    /** Whether it leads elsewhere. */
    boolean isRedirect() {
        return isRedirect(status);
    }

    static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    /** A header that is a whole number; empty when it is none. */
    OptionalLong number(String name) {
        Optional<String> text = header(name).filter(value -> value.matches("\\d{1,18}"));
        return text.isPresent() ? OptionalLong.of(Long.parseLong(text.get())) : OptionalLong.empty();
    }

    @Override
    public void close() {
        body.close();
    }
}
