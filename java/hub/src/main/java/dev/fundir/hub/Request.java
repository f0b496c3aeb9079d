package dev.fundir.hub;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A request, as {@link Transport} sends it. Immutable.
 *
 * @param method such as {@code GET}
 * @param uri where it goes first
 * @param headers without {@code Authorization}, which only the transport adds
 * @param body what is sent with it
 * @param redirects which redirects are followed
 * @param retry what is tried again
 * @param accepted statuses from 400 on that are an answer and no error
 * @param timeout how long to wait for the answer to begin, behind the last byte sent; empty for the usual time
 * @param subject what it is about, for messages
 */
record Request(
        String method,
        URI uri,
        Map<String, String> headers,
        Optional<RequestBody> body,
        Redirects redirects,
        Retry retry,
        Set<Integer> accepted,
        Optional<Duration> timeout,
        Subject subject) {

    /** Which redirects are followed. */
    enum Redirects {
        /** All; the token goes to the Hub's host alone. */
        ALL,
        /** Those to the same scheme, host and port; the first other one is the answer. */
        SAME_HOST
    }

    /** What is tried again when it fails. */
    enum Retry {
        /** Everything that may pass: the request does no harm when it is done twice. */
        ALWAYS,
        /** Only what the Hub has surely not done: no connection, or refused as too many. */
        UNLESS_DONE,
        /** Nothing: the caller has its own way. */
        NEVER
    }

    /**
     * What a request is about.
     *
     * @param what such as {@code the model org/name}
     * @param isModel whether the Hub says 401 and 404 of a model that is private or not there
     */
    record Subject(String what, boolean isModel) {
        static Subject of(ModelId id) {
            return new Subject("the model " + id, true);
        }

        static Subject of(ModelId id, String path) {
            return new Subject(path + " of the model " + id, true);
        }

        static Subject of(String what) {
            return new Subject(what, false);
        }
    }

    /** A request that reads. */
    static Request get(URI uri, Subject subject) {
        return of("GET", uri, subject);
    }

    /** A request for the headers of an answer alone. */
    static Request head(URI uri, Subject subject) {
        return of("HEAD", uri, subject);
    }

    /** A request that sends JSON. */
    static Request post(URI uri, byte[] json, Subject subject) {
        return of("POST", uri, subject)
                .header("Content-Type", "application/json")
                .sending(RequestBody.of(json));
    }

    /** A request that sends text, for tests and small documents. */
    static Request post(URI uri, String json, Subject subject) {
        return post(uri, json.getBytes(StandardCharsets.UTF_8), subject);
    }

    static Request of(String method, URI uri, Subject subject) {
        return new Request(
                method,
                uri,
                Map.of(),
                Optional.empty(),
                Redirects.ALL,
                Retry.ALWAYS,
                Set.of(),
                Optional.empty(),
                subject);
    }

    Request header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Request(method, uri, Map.copyOf(more), body, redirects, retry, accepted, timeout, subject);
    }

    Request sending(RequestBody other) {
        return new Request(method, uri, headers, Optional.of(other), redirects, retry, accepted, timeout, subject);
    }

    Request redirects(Redirects other) {
        return new Request(method, uri, headers, body, other, retry, accepted, timeout, subject);
    }

    Request retry(Retry other) {
        return new Request(method, uri, headers, body, redirects, other, accepted, timeout, subject);
    }

    /** The same, for which these statuses are no error. */
    Request accepting(Integer... statuses) {
        return new Request(method, uri, headers, body, redirects, retry, Set.of(statuses), timeout, subject);
    }

    Request timeout(Duration other) {
        return new Request(method, uri, headers, body, redirects, retry, accepted, Optional.of(other), subject);
    }
}
