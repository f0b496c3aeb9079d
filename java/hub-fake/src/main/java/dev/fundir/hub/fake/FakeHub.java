package dev.fundir.hub.fake;

import dev.fundir.hub.fake.SeenRequest.Server;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;

/**
 * A Hub on loopback: models, files, a CDN on another port, and everything that can go wrong when a test wants it to.
 * Safe for many threads.
 */
public final class FakeHub implements AutoCloseable {
    private final ConcurrentMap<String, FakeModel> models = new ConcurrentHashMap<>();
    /** Whether a token may write, by tokens. */
    private final ConcurrentMap<String, Boolean> tokens = new ConcurrentHashMap<>();

    private final List<SeenRequest> seen = new ArrayList<>();
    private final Map<Place, Deque<Fault>> faults = new LinkedHashMap<>();
    private final FakeServer hub;
    private final FakeServer cdn;
    private final FakeReading reading = new FakeReading(this);
    private final FakeControl control = new FakeControl(this);
    private final FakeWriting writing;
    private final Path folder;
    private volatile int pageSize = 50;
    private volatile long largeFrom = 10_000_000;
    private volatile long partSize = Long.MAX_VALUE;
    private volatile boolean checksHashes = true;

    /** Where faults happen: at requests of a method, or of all, whose path ends so. */
    private record Place(Server server, String method, String pathEnd) {}

    /** A Hub on free ports. */
    public FakeHub() throws IOException {
        this(0);
    }

    /** A Hub on a port. */
    public FakeHub(int port) throws IOException {
        folder = Files.createTempDirectory("fake-hub");
        writing = new FakeWriting(this, folder);
        hub = new FakeServer(port, exchange -> handle(Server.HUB, exchange));
        cdn = new FakeServer(0, exchange -> handle(Server.CDN, exchange));
    }

    /** What {@code HF_ENDPOINT} is set to. */
    public URI endpoint() {
        return URI.create(hub.address());
    }

    /** Where large files are. */
    public URI cdn() {
        return URI.create(cdn.address());
    }

    /** Makes a model, or takes the one that is there. */
    public FakeModel model(String name) throws IOException {
        FakeModel made = new FakeModel(name);
        FakeModel there = models.putIfAbsent(name, made);
        return there == null ? made : there;
    }

    /** Lets a token in. */
    public FakeHub token(String token, boolean mayWrite) {
        tokens.put(token, mayWrite);
        return this;
    }

    /** How many files a page of a list has. */
    public FakeHub pageSize(int files) {
        pageSize = files;
        return this;
    }

    /** From which size on uploads go to Git LFS, besides those that end in {@code .safetensors}. */
    public FakeHub largeFrom(long bytes) {
        largeFrom = bytes;
        return this;
    }

    /** Lets uploads of more bytes go in parts. */
    public FakeHub partSize(long bytes) {
        partSize = bytes;
        return this;
    }

    /** Whether the end of an upload is refused when bytes have another hash than they should. */
    public FakeHub checksHashes(boolean does) {
        checksHashes = does;
        return this;
    }

    /** Whether there is such a model. */
    public Optional<FakeModel> existing(String name) {
        return find(name);
    }

    /** Lets requests go wrong: the next with the first fault, then the others, then none. */
    public FakeHub fault(Server server, String method, String pathEnd, Fault... these) {
        synchronized (faults) {
            faults.computeIfAbsent(new Place(server, method, pathEnd), place -> new ArrayDeque<>())
                    .addAll(Arrays.asList(these));
        }
        return this;
    }

    /** Lets requests of any method go wrong. */
    public FakeHub fault(Server server, String pathEnd, Fault... these) {
        return fault(server, "", pathEnd, these);
    }

    /** All requests that came. */
    public List<SeenRequest> seen() {
        synchronized (seen) {
            return List.copyOf(seen);
        }
    }

    /** Requests of a method to a server whose path ends so. */
    public List<SeenRequest> seen(Server server, String method, String pathEnd) {
        return seen().stream()
                .filter(request -> request.server() == server
                        && request.method().equals(method)
                        && FakeExchange.unquoted(request.path()).endsWith(pathEnd))
                .toList();
    }

    /** Forgets what came. */
    public void forget() {
        synchronized (seen) {
            seen.clear();
        }
    }

    long largeFrom() {
        return largeFrom;
    }

    long partSize() {
        return partSize;
    }

    boolean checksHashes() {
        return checksHashes;
    }

    int pageSize() {
        return pageSize;
    }

    Optional<FakeModel> find(String name) {
        return Optional.ofNullable(models.get(name));
    }

    FakeModel create(String name) throws IOException {
        FakeModel made = new FakeModel(name);
        return models.putIfAbsent(name, made) == null ? made : null;
    }

    /** The token of a request, whether it is known or not. */
    static Optional<String> token(FakeExchange exchange) {
        return exchange.header("authorization").map(value -> value.replaceFirst("^Bearer ", ""));
    }

    boolean knows(FakeExchange exchange) {
        return token(exchange).map(tokens::containsKey).orElse(false);
    }

    boolean mayWrite(FakeExchange exchange) {
        return token(exchange).map(token -> tokens.getOrDefault(token, false)).orElse(false);
    }

    private void handle(Server server, FakeExchange exchange) throws IOException {
        control.handle(exchange);
        if (exchange.isAnswered()) {
            return;
        }
        synchronized (seen) {
            seen.add(new SeenRequest(server, exchange.method, exchange.path, exchange.query, exchange.headers));
        }
        Fault fault = next(server, exchange);
        if (fault.silent()) {
            if (fault.cutAfter() >= 0) {
                exchange.body.readNBytes((int) fault.cutAfter());
                return;
            }
            exchange.stall();
            return;
        }
        if (fault.status() > 0) {
            exchange.json(fault.status(), fault.headers(), fault.body().orElse("{\"error\":\"a fault of the fake\"}"));
            return;
        }
        exchange.fault(fault);
        if (server == Server.CDN) {
            reading.cdn(exchange);
            if (!exchange.isAnswered()) {
                writing.store(exchange);
            }
        } else if (token(exchange).isPresent() && !knows(exchange)) {
            exchange.json(
                    401,
                    Map.of("X-Error-Message", "Invalid credentials in Authorization header"),
                    "{\"error\":\"Invalid credentials in Authorization header\"}");
        } else {
            reading.hub(exchange);
            if (!exchange.isAnswered()) {
                writing.hub(exchange);
            }
        }
        if (!exchange.isAnswered()) {
            exchange.json(404, "{\"error\":\"Sorry, we can't find the page you are looking for.\"}");
        }
    }

    private Fault next(Server server, FakeExchange exchange) {
        String path = FakeExchange.unquoted(exchange.path);
        synchronized (faults) {
            for (Map.Entry<Place, Deque<Fault>> entry : faults.entrySet()) {
                Place place = entry.getKey();
                if (place.server() == server
                        && (place.method().isEmpty() || place.method().equals(exchange.method))
                        && path.endsWith(place.pathEnd())
                        && !entry.getValue().isEmpty()) {
                    return entry.getValue().poll();
                }
            }
        }
        return Fault.none();
    }

    @Override
    public void close() throws IOException {
        hub.close();
        cdn.close();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(folder);
    }
}
