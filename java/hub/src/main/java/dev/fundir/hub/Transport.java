package dev.fundir.hub;

import dev.fundir.hub.HubException.Reason;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;

/**
 * Sends requests: the one place that adds the token, follows redirects, waits, and tries again. The token goes to the
 * scheme, host and port of the endpoint and nowhere else, whatever answers say. Safe for many threads.
 */
final class Transport {
    private static final int MOST_REDIRECTS = 20;
    private static final Set<Integer> PASSING = Set.of(408, 429, 500, 502, 503, 504);
    private static final long LONGEST_JSON = 64L << 20;
    private static final long LONGEST_ERROR = 64L << 10;
    private static final String AGENT = "fundir; jvm/" + Runtime.version().feature();

    private final HubSettings settings;
    private final Waits waits;
    private final HttpClient client;

    Transport(HubSettings settings) {
        this(settings, new Waits());
    }

    Transport(HubSettings settings, Waits waits) {
        this.settings = settings;
        this.waits = waits;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.answerTimeout())
                .build();
    }

    /** Takes what is needed from an answer. */
    @FunctionalInterface
    interface Reader<T> {
        /** Reads; the answer is closed afterwards. */
        T read(Response response) throws IOException;
    }

    /** What all requests go by. */
    HubSettings settings() {
        return settings;
    }

    /** How long is waited before something is tried again, for those who have retries of their own. */
    Waits waits() {
        return waits;
    }

    /** An address at the endpoint. */
    URI at(String path) {
        return URI.create(settings.endpoint() + path);
    }

    /** Whether an address is the Hub's own: the token goes there. */
    boolean isHub(URI uri) {
        return isSameOrigin(settings.endpoint(), uri);
    }

    /**
     * Sends a request and leaves the body of its answer to be read. What breaks in the body is the caller's to try
     * again.
     *
     * @return the answer, which has to be closed
     * @throws HubException when it is refused, or does not get through
     * @throws java.util.concurrent.CancellationException when the thread is interrupted; it stays so
     */
    Response send(Request request) throws IOException {
        return retried(request, response -> response);
    }

    /** Sends a request and reads its answer; a body that breaks off is tried again like everything else. */
    <T> T send(Request request, Reader<T> reader) throws IOException {
        return retried(request, response -> {
            try (response) {
                return reader.read(response);
            }
        });
    }

    /** Sends a request whose answer is JSON. */
    Json json(Request request) throws IOException {
        return send(request, response -> json(request, response));
    }

    /** The body of an answer as JSON, in which the token does not stand should the server have repeated it. */
    Json json(Request request, Response response) throws IOException {
        byte[] text = response.body().bytes(LONGEST_JSON);
        if (settings.token().isPresent()) {
            text = settings.token().get().hideIn(text);
        }
        return Json.parse(text, request.subject().what());
    }

    /** An address from an answer as messages show it. */
    String shown(URI address) {
        return hide(RemotePath.shown(address));
    }

    /** What a server said as messages show it. */
    String hide(String said) {
        return settings.token().map(token -> token.hideIn(said)).orElse(said);
    }

    /** Sends a request and takes its answer to memory, of up to so many bytes. */
    byte[] bytes(Request request, long most) throws IOException {
        return send(request, response -> response.body().bytes(most));
    }

    private <T> T retried(Request request, Reader<T> reader) throws IOException {
        if (settings.offline()) {
            throw new HubException(
                    Reason.OFFLINE,
                    request.subject().what() + ": offline mode is on, and this takes a request to the Hub;"
                            + " unset HF_HUB_OFFLINE (and TRANSFORMERS_OFFLINE)");
        }
        for (int failures = 0; ; failures++) {
            Attempt attempt = new Attempt(request);
            try {
                return reader.read(attempt.answer());
            } catch (HubException e) {
                if (!mayRetry(request, e, attempt) || failures == waits.count()) {
                    throw e;
                }
            }
            try {
                waits.pause(waits.next(failures, Optional.ofNullable(attempt.refusal)));
            } catch (InterruptedException e) {
                throw Failures.interrupted(e);
            }
        }
    }

    private static boolean mayRetry(Request request, HubException failure, Attempt attempt) {
        boolean passes = failure.status().isPresent()
                ? PASSING.contains(failure.status().getAsInt())
                : failure.reason() == Reason.NETWORK || failure.reason() == Reason.STALLED;
        if (failure.getCause() instanceof SSLHandshakeException) {
            return false;
        }
        return passes
                && switch (request.retry()) {
                    case ALWAYS -> true;
                    case NEVER -> false;
                    case UNLESS_DONE ->
                        failure.status().isPresent()
                                ? failure.status().getAsInt() == 429
                                        || failure.status().getAsInt() == 503
                                : attempt.isUnsent;
                };
    }

    /** One try of a request, along its redirects. */
    private final class Attempt {
        private final Request request;
        private HttpHeaders refusal;
        private boolean isUnsent;

        Attempt(Request request) {
            this.request = request;
        }

        Response answer() throws IOException {
            URI at = request.uri();
            HttpHeaders first = null;
            for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
                HttpResponse<ResponseBody> answer = exchange(at);
                first = first == null ? answer.headers() : first;
                int status = answer.statusCode();
                if (status >= 400 && !request.accepted().contains(status)) {
                    throw refused(answer, at);
                }
                Response response = new Response(status, at, answer.headers(), first, answer.body());
                if (!response.isRedirect()) {
                    return response;
                }
                URI next = target(response);
                if (request.redirects() == Request.Redirects.SAME_HOST && !isSameOrigin(at, next)) {
                    return response;
                }
                response.close();
                at = next;
            }
            throw new HubException(
                    Reason.SERVER,
                    request.subject().what() + ": redirected more than " + MOST_REDIRECTS + " times from "
                            + RemotePath.shown(request.uri()) + "; the server leads in a circle. Try again later");
        }

        private HubException refused(HttpResponse<ResponseBody> answer, URI at) throws HubException {
            refusal = answer.headers();
            byte[] text;
            try {
                text = answer.body().bytes(LONGEST_ERROR);
            } catch (HubException e) {
                // The status says enough; an error page that is too long, or breaks off, adds nothing.
                text = new byte[0];
            } finally {
                answer.body().close();
            }
            Optional<Token> sent = isHub(at) ? settings.token() : Optional.empty();
            return HubErrors.of(
                    request, answer.statusCode(), answer.headers(), new String(text, StandardCharsets.UTF_8), sent);
        }

        private URI target(Response response) throws HubException {
            int status = response.status();
            boolean keepsMethod =
                    status == 307 || status == 308 || request.body().isEmpty();
            URI next = null;
            try {
                next = response.header("Location").map(response.uri()::resolve).orElse(null);
            } catch (IllegalArgumentException e) {
                // As if none were there: the message says that it cannot be followed.
                next = null;
            }
            if (next == null || !keepsMethod || !isAllowed(response.uri(), next)) {
                response.close();
                throw new HubException(
                        Reason.SERVER,
                        request.subject().what() + ": " + shown(response.uri()) + " answers HTTP " + status
                                + " with a redirect that is not followed"
                                + (next == null ? "" : " (to " + shown(next) + ")")
                                + "; check HF_ENDPOINT");
            }
            return next;
        }

        private HttpResponse<ResponseBody> exchange(URI at) throws IOException {
            SentBody body = request.body().map(SentBody::new).orElse(null);
            Duration patience = request.timeout().orElse(settings.answerTimeout());
            CompletableFuture<HttpResponse<ResponseBody>> answer =
                    client.sendAsync(http(at, body), info -> new ResponseBody(settings.downloadTimeout()));
            try {
                return await(answer, body, patience);
            } catch (InterruptedException e) {
                throw Failures.interrupted(e);
            } catch (IOException e) {
                if (body != null && body.failure() != null) {
                    throw body.failure();
                }
                isUnsent = Failures.isBeforeSending(e);
                throw new HubException(
                        Reason.NETWORK,
                        request.subject().what() + ": " + hide(at.getScheme() + "://" + at.getRawAuthority())
                                + " cannot be reached: " + Failures.cause(e)
                                + ". Check the network, the proxy and HF_ENDPOINT; with HF_HUB_OFFLINE=1 what is"
                                + " cached can be used",
                        e);
            } finally {
                CompletableFuture<?> unused = answer.whenComplete((late, failure) -> {
                    if (answer.isCancelled() && late != null) {
                        late.body().close();
                    }
                });
            }
        }

        /** Waits for the headers of the answer: as long as bytes are still being sent, and then for the patience. */
        private HttpResponse<ResponseBody> await(
                CompletableFuture<HttpResponse<ResponseBody>> answer, SentBody body, Duration patience)
                throws IOException, InterruptedException {
            long sent = 0;
            while (true) {
                try {
                    return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    long now = body == null ? 0 : body.sent();
                    if (now == sent) {
                        answer.cancel(true);
                        throw new HttpTimeoutException("no answer for " + patience.toSeconds() + " s");
                    }
                    sent = now;
                } catch (InterruptedException e) {
                    answer.cancel(true);
                    throw e;
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
                }
            }
        }

        private HttpRequest http(URI at, SentBody body) {
            HttpRequest.Builder builder = HttpRequest.newBuilder(at)
                    .method(request.method(), publisher(body))
                    .setHeader("User-Agent", AGENT)
                    .setHeader("Accept-Encoding", "identity");
            request.headers().forEach(builder::setHeader);
            if (isHub(at)) {
                settings.token().ifPresent(token -> builder.setHeader("Authorization", token.authorization()));
            }
            return builder.build();
        }
    }

    private static BodyPublisher publisher(SentBody body) {
        return body == null || body.contentLength() == 0 ? BodyPublishers.noBody() : body;
    }

    /** No redirect leads out of HTTP, or from a connection that is secure to one that is not. */
    private static boolean isAllowed(URI from, URI to) {
        String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
        return to.getHost() != null
                && (scheme.equals("https")
                        || (scheme.equals("http") && from.getScheme().equalsIgnoreCase("http")));
    }

    static boolean isSameOrigin(URI a, URI b) {
        return a.getScheme().equalsIgnoreCase(String.valueOf(b.getScheme()))
                && a.getHost().equalsIgnoreCase(String.valueOf(b.getHost()))
                && port(a) == port(b);
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }
}
