package dev.fundir.hub.fake;

import dev.fundir.hub.fake.SeenRequest.Server;
import java.io.IOException;
import java.util.StringJoiner;

/**
 * Lets other processes control the fake, by requests that no Hub knows: {@code GET /fake/seen} answers what came,
 * {@code POST /fake/forget} forgets it, {@code POST /fake/cut?path=END&after=BYTES} cuts the next body of a file of the
 * CDN.
 */
final class FakeControl {
    private final FakeHub hub;

    FakeControl(FakeHub hub) {
        this.hub = hub;
    }

    /** Answers a request of these; others it leaves alone. */
    void handle(FakeExchange exchange) throws IOException {
        switch (exchange.path) {
            case "/fake/seen" -> exchange.json(200, seen());
            case "/fake/forget" -> {
                hub.forget();
                exchange.json(200, "{}");
            }
            case "/fake/cut" -> {
                hub.fault(
                        Server.CDN,
                        "GET",
                        exchange.query.get("path"),
                        Fault.cut(Long.parseLong(exchange.query.get("after"))));
                exchange.json(200, "{}");
            }
            default -> {
                // Not for the fake itself.
            }
        }
    }

    private String seen() {
        StringJoiner all = new StringJoiner(",", "[", "]");
        for (SeenRequest request : hub.seen()) {
            all.add("{\"server\":\"" + request.server() + "\",\"method\":\"" + request.method() + "\",\"path\":"
                    + FakeReading.quoted(request.path()) + ",\"range\":"
                    + FakeReading.quoted(request.headers().getOrDefault("range", "")) + ",\"authorization\":"
                    + FakeReading.quoted(request.headers().getOrDefault("authorization", "")) + "}");
        }
        return all.toString();
    }
}
