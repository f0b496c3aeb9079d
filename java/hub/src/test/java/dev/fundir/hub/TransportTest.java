package dev.fundir.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.hub.HubException.Reason;
import dev.fundir.hub.fake.FakeHub;
import dev.fundir.hub.fake.Fault;
import dev.fundir.hub.fake.SeenRequest;
import dev.fundir.hub.fake.SeenRequest.Server;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

@Timeout(60)
class TransportTest {
    private static final String TOKEN = "hf_verysecrettoken";
    private static final String FILE = "/org/model/resolve/main/model.safetensors";
    private static final String INFO = "/api/models/org/model";

    private final byte[] bytes = new byte[300_000];
    private final RecordedWaits waits = new RecordedWaits();
    private FakeHub fake;
    private Transport transport;

    @BeforeEach
    void start() throws IOException {
        new Random(1).nextBytes(bytes);
        fake = new FakeHub().token(TOKEN, true);
        fake.model("org/model").large("model.safetensors", bytes).regular("config.json", "{\"a\":1}");
        transport = HubOf.fake(fake, TOKEN, Path.of("no-cache"), waits).transport();
    }

    @AfterEach
    void stop() throws IOException {
        fake.close();
    }

    private Request get(String path) {
        return Request.get(transport.at(path), Request.Subject.of(ModelId.of("org/model")));
    }

    @Test
    void theTokenGoesToTheHubAndNowhereElse() throws IOException {
        assertArrayEquals(bytes, transport.bytes(get(FILE), bytes.length));
        List<SeenRequest> seen = fake.seen();
        assertEquals(
                List.of(Server.HUB, Server.CDN),
                seen.stream().map(SeenRequest::server).toList());
        assertEquals("Bearer " + TOKEN, seen.get(0).headers().get("authorization"));
        assertFalse(seen.get(1).headers().toString().contains(TOKEN));
        assertFalse(seen.get(1).query().toString().contains(TOKEN));
    }

    @Test
    void theTokenComesBackWithARedirectToTheHub() throws IOException {
        fake.fault(Server.HUB, FILE, Fault.status(302, Map.of("Location", fake.cdn() + "/round")));
        fake.fault(Server.CDN, "/round", Fault.status(307, Map.of("Location", fake.endpoint() + INFO)));
        transport.bytes(get(FILE), 10_000);
        assertEquals(
                List.of(true, false, true),
                fake.seen().stream()
                        .map(seen -> seen.headers().containsKey("authorization"))
                        .toList());
    }

    @Test
    void anotherNameOfTheSameMachineIsAnotherHost() throws IOException {
        String other = fake.endpoint().toString().replace("127.0.0.1", "localhost");
        fake.fault(Server.HUB, FILE, Fault.status(302, Map.of("Location", other + INFO)));
        try {
            transport.bytes(get(FILE), 10_000);
        } catch (HubException e) {
            assertEquals(Reason.NETWORK, e.reason());
        }
        assertEquals(
                1,
                fake.seen().stream()
                        .filter(seen -> seen.headers().containsKey("authorization"))
                        .count());
    }

    @Test
    void stopsAtTheFirstRedirectToAnotherHostWhenAsked() throws IOException {
        try (Response response = transport.send(
                Request.head(transport.at(FILE), Request.Subject.of("it")).redirects(Request.Redirects.SAME_HOST))) {
            assertEquals(302, response.status());
            assertEquals(bytes.length, response.number("X-Linked-Size").orElseThrow());
        }
        try (Response response = transport.send(
                Request.head(transport.at("/org/model/resolve/main/config.json"), Request.Subject.of("it"))
                        .redirects(Request.Redirects.SAME_HOST))) {
            assertEquals(200, response.status());
            assertEquals(7, response.number("Content-Length").orElseThrow());
        }
        assertTrue(fake.seen().stream().allMatch(seen -> seen.server() == Server.HUB));
    }

    @Test
    void doesNotGoRoundInCircles() {
        fake.fault(Server.HUB, FILE, circle());
        HubException e = refusal(Reason.SERVER, () -> transport.bytes(get(FILE), 10));
        assertTrue(e.getMessage().contains("20"), e.getMessage());
        assertEquals(21, fake.seen().size());
    }

    private Fault[] circle() {
        Fault[] circle = new Fault[30];
        java.util.Arrays.fill(circle, Fault.status(302, Map.of("Location", FILE)));
        return circle;
    }

    @Test
    void noRedirectLeadsOutOfHttp() {
        for (String location : List.of("file:///etc/passwd", "ftp://127.0.0.1/x", "http:///x", "::", "jar:file:/x!/")) {
            fake.fault(Server.HUB, FILE, Fault.status(302, Map.of("Location", location)));
            refusal(Reason.SERVER, () -> transport.bytes(get(FILE), 10));
        }
    }

    @Test
    void aRedirectDoesNotMakeASendingRequestAReadingOne() {
        fake.fault(Server.HUB, "/api/repos/create", Fault.status(302, Map.of("Location", INFO)));
        refusal(Reason.SERVER, () -> transport.json(post()));
        assertEquals(1, fake.seen().size());
    }

    private Request post() {
        return Request.post(transport.at("/api/repos/create"), "{\"name\":\"x\"}", Request.Subject.of("the model x"));
    }

    @Test
    void triesAgainAfterTheUsualTimes() throws IOException {
        fake.fault(
                Server.HUB,
                INFO,
                Fault.status(500),
                Fault.status(502),
                Fault.cut(3),
                Fault.status(503),
                Fault.stall(5));
        assertTrue(transport.json(get(INFO)).text("sha").isPresent());
        assertEquals(List.of(1L, 2L, 4L, 8L, 8L), waits.seconds());
    }

    @Test
    void givesUpAfterFiveTimes() {
        Fault[] always = new Fault[6];
        java.util.Arrays.fill(always, Fault.status(503));
        fake.fault(Server.HUB, INFO, always);
        HubException e = refusal(Reason.SERVER, () -> transport.json(get(INFO)));
        assertEquals(503, e.status().orElseThrow());
        assertEquals(6, fake.seen().size());
    }

    @Test
    void waitsAsLongAsTheHubAsks() throws IOException {
        fake.fault(
                Server.HUB,
                INFO,
                Fault.status(429, Map.of("Retry-After", "17")),
                Fault.status(429, Map.of("ratelimit", "\"api\";r=0;t=55")),
                Fault.status(503, Map.of("Retry-After", "100000")),
                Fault.status(429, Map.of("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")));
        transport.json(get(INFO));
        assertEquals(List.of(17L, 55L, 600L, 0L), waits.seconds());
    }

    @Test
    void whatIsRefusedForGoodIsNotTriedAgain() {
        fake.fault(Server.HUB, INFO, Fault.status(400, Map.of(), "{\"error\":\"no such thing\"}"));
        HubException e = refusal(Reason.REFUSED, () -> transport.json(get(INFO)));
        assertTrue(e.getMessage().contains("no such thing"), e.getMessage());
        assertEquals(List.of(), waits.seconds());
    }

    @Test
    void aRequestThatMayHaveBeenDoneIsNotDoneTwice() {
        Request once = post().retry(Request.Retry.UNLESS_DONE);
        fake.fault(Server.HUB, "/api/repos/create", Fault.status(500));
        refusal(Reason.SERVER, () -> transport.json(once));
        fake.fault(Server.HUB, "/api/repos/create", Fault.hangUp(0));
        assertThrows(HubException.class, () -> transport.json(once));
        fake.fault(Server.HUB, "/api/repos/create", Fault.silence());
        refusal(Reason.NETWORK, () -> transport.json(once.timeout(Duration.ofMillis(200))));
        assertEquals(List.of(), waits.seconds());
        fake.fault(Server.HUB, "/api/repos/create", Fault.status(429), Fault.status(503), Fault.status(400));
        refusal(Reason.REFUSED, () -> transport.json(once));
        assertEquals(2, waits.seconds().size());
    }

    @Test
    void aBodyThatStallsIsNoticed() throws IOException {
        fake.fault(Server.CDN, "model.safetensors", Fault.stall(100_000));
        try (Response response = transport.send(get(FILE))) {
            long read = 0;
            long begin = System.nanoTime();
            HubException e = null;
            try {
                for (ByteBuffer next = response.body().next();
                        next != null;
                        next = response.body().next()) {
                    read += next.remaining();
                }
            } catch (HubException stalled) {
                e = stalled;
            }
            assertEquals(Reason.STALLED, e == null ? null : e.reason());
            assertEquals(100_000, read);
            assertTrue((System.nanoTime() - begin) / 1e9 < 5);
        }
    }

    @Test
    void aBodyThatIsCutIsNoticed() {
        fake.fault(Server.CDN, "model.safetensors", Fault.cut(100_000));
        refusal(Reason.NETWORK, () -> {
            try (Response response = transport.send(get(FILE))) {
                response.body().bytes(bytes.length);
            }
        });
    }

    @Test
    void aSlowBodyIsNotAStalledOne() throws IOException {
        fake.fault(Server.CDN, "model.safetensors", Fault.slow(200_000));
        assertArrayEquals(bytes, transport.bytes(get(FILE), bytes.length));
        assertEquals(List.of(), waits.seconds());
    }

    @Test
    void noAnswerIsATimeout() {
        Fault[] always = new Fault[6];
        java.util.Arrays.fill(always, Fault.silence());
        fake.fault(Server.HUB, INFO, always);
        HubException e = refusal(Reason.NETWORK, () -> transport.json(get(INFO).timeout(Duration.ofMillis(150))));
        assertTrue(e.getMessage().contains("cannot be reached"), e.getMessage());
        assertEquals(5, waits.seconds().size());
    }

    @Test
    void takesNoMoreToMemoryThanIsExpected() {
        refusal(Reason.SERVER, () -> transport.bytes(get(FILE), bytes.length - 1));
    }

    @Test
    void offlineSendsNothing() {
        HubSettings settings = HubOf.settings(fake.endpoint(), TOKEN, Path.of("no-cache"));
        Transport offline = new Transport(new HubSettings(
                settings.endpoint(),
                settings.token(),
                settings.cache(),
                true,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1)));
        HubException e = refusal(Reason.OFFLINE, () -> offline.json(get(INFO)));
        assertTrue(e.getMessage().contains("HF_HUB_OFFLINE"), e.getMessage());
        assertEquals(List.of(), fake.seen());
    }

    @Test
    void aHubThatIsNotThereIsANetworkError() throws IOException {
        URI nowhere;
        try (ServerSocket socket = new ServerSocket(0)) {
            nowhere = URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
        HubSettings settings = HubOf.settings(nowhere, TOKEN, Path.of("no-cache"));
        Transport none = new Transport(settings, waits);
        HubException e = refusal(
                Reason.NETWORK,
                () -> none.json(Request.get(none.at(INFO), Request.Subject.of(ModelId.of("org/model")))));
        assertTrue(e.getMessage().contains(nowhere.toString()), e.getMessage());
        assertEquals(5, waits.seconds().size());
    }

    @Test
    void interruptionCancels() throws Exception {
        fake.fault(Server.CDN, "model.safetensors", Fault.stall(10), Fault.stall(10));
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                transport.bytes(get(FILE), bytes.length);
            } catch (Throwable e) {
                thrown.set(Thread.currentThread().isInterrupted() ? e : new AssertionError("not interrupted any more"));
            }
        });
        thread.start();
        Thread.sleep(200);
        thread.interrupt();
        thread.join(5000);
        assertEquals(
                CancellationException.class,
                String.valueOf(thrown.get()).isEmpty() ? null : thrown.get().getClass());
    }

    @Test
    void aBodyThatCannotBeReadIsThatErrorAndNotAShorterBody() {
        RequestBody broken = new RequestBody() {
            @Override
            public long length() {
                return 1_000_000;
            }

            @Override
            public InputStream open() {
                return new InputStream() {
                    private int count;

                    @Override
                    public int read(byte[] to, int offset, int length) throws IOException {
                        to[offset] = (byte) read();
                        return 1;
                    }

                    @Override
                    public int read() throws IOException {
                        if (count++ > 200_000) {
                            throw new IOException("the disk is gone");
                        }
                        return 1;
                    }
                };
            }
        };
        IOException e = assertThrows(
                IOException.class,
                () -> transport.bytes(
                        Request.of("PUT", transport.at("/x"), Request.Subject.of("x"))
                                .sending(broken),
                        10));
        assertEquals("the disk is gone", e.getMessage());
    }

    @Test
    void noMessageHasTheToken() {
        fake.fault(
                Server.HUB,
                INFO,
                Fault.status(
                        400,
                        Map.of("X-Error-Message", "bad token " + TOKEN, "x-request-id", TOKEN),
                        "{\"error\":\"" + TOKEN + "\"}"));
        HubException e = refusal(Reason.REFUSED, () -> transport.json(get(INFO)));
        assertFalse(e.toString().contains(TOKEN), e.toString());
        assertFalse(String.valueOf(e.requestId()).contains(TOKEN));
        fake.fault(Server.HUB, INFO, Fault.status(403, Map.of(), "{\"error\":\"" + TOKEN + " may not\"}"));
        assertFalse(refusal(Reason.FORBIDDEN, () -> transport.json(get(INFO)))
                .toString()
                .contains(TOKEN));
        assertFalse((transport.settings() + " " + transport.settings().token()).contains(TOKEN));
        Optional<Token> token = Token.of(TOKEN);
        assertEquals("(token)", token.orElseThrow().toString());
    }

    private static HubException refusal(Reason reason, Executable work) {
        HubException e = assertThrows(HubException.class, work);
        assertEquals(reason, e.reason(), e.getMessage());
        return e;
    }
}
