package dev.fundir.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.hub.fake.FakeHub;
import dev.fundir.hub.fake.Fault;
import dev.fundir.hub.fake.SeenRequest;
import dev.fundir.hub.fake.SeenRequest.Server;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that can fail, with a server that repeats the token wherever it can: nothing that is shown has it. */
class TokenLeakTest {
    private static final String TOKEN = "hf_the0token0that0nobody0may0see";
    private static final ModelId MODEL = ModelId.of("org/model");

    @TempDir
    Path folder;

    private final StringWriter shown = new StringWriter();
    private int failures;

    /** Does what can fail. */
    @FunctionalInterface
    private interface Work {
        Object run() throws IOException;
    }

    private void show(Work work) {
        PrintWriter out = new PrintWriter(shown);
        try {
            out.println(work.run());
        } catch (IOException | RuntimeException e) {
            failures++;
            e.printStackTrace(out);
        }
        out.flush();
    }

    @Test
    void nothingShowsTheToken() throws IOException {
        List<String> logged = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                logged.add(entry.getMessage() + " " + Arrays.toString(entry.getParameters()) + " " + entry.getThrown());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger root = Logger.getLogger("");
        Level level = root.getLevel();
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream capture = new PrintStream(printed, true, StandardCharsets.UTF_8);
        root.addHandler(handler);
        root.setLevel(Level.ALL);
        System.setOut(capture);
        System.setErr(capture);
        try (FakeHub fake = new FakeHub()) {
            everything(fake);
            assertHosts(fake);
        } finally {
            System.setOut(out);
            System.setErr(err);
            root.setLevel(level);
            root.removeHandler(handler);
        }
        assertTrue(failures > 25, "so many failed: " + failures);
        assertFalse(shown.toString().contains(TOKEN), shown.toString());
        assertFalse(printed.toString(StandardCharsets.UTF_8).contains(TOKEN));
        assertFalse(logged.toString().contains(TOKEN));
    }

    private void everything(FakeHub fake) throws IOException {
        fake.token(TOKEN, true).model("org/model").large("model.safetensors", new byte[100]);
        Hub hub = HubOf.fake(fake, TOKEN, folder, new RecordedWaits());
        show(hub::toString);
        show(() -> hub.transport().settings());
        show(() -> hub.upload(MODEL).file(folder, "x"));
        String echo = "{\"error\":\"" + TOKEN + " is not welcome\"}";
        for (int status : new int[] {400, 401, 402, 403, 404, 409, 410, 412, 416, 422, 451, 501}) {
            for (String code : List.of("", "RepoNotFound", "GatedRepo")) {
                fake.fault(
                        Server.HUB,
                        "/api/models/org/model/revision/main",
                        Fault.status(
                                status,
                                Map.of("X-Error-Message", TOKEN, "X-Error-Code", code, "x-request-id", TOKEN),
                                echo));
                show(() -> hub.info(MODEL));
            }
        }
        fake.fault(Server.HUB, "/tree/main", Fault.status(302, Map.of("Location", "ftp://" + TOKEN + "/")));
        show(() -> hub.files(MODEL));
        fake.fault(Server.HUB, "/tree/main", Fault.status(200, Map.of(), TOKEN));
        show(() -> hub.files(MODEL));
        for (String link : List.of("http://" + TOKEN + ".invalid/", "https://" + TOKEN + ".invalid/", ":" + TOKEN)) {
            fake.fault(Server.HUB, "/tree/main", Fault.headers(Map.of("Link", "<" + link + ">; rel=\"next\"")));
            show(() -> hub.files(MODEL));
            fake.fault(Server.HUB, "/tree/main", Fault.status(302, Map.of("Location", link)));
            show(() -> hub.files(MODEL));
        }
        show(() -> hub.header(MODEL));
        fake.fault(Server.HUB, "model.safetensors", Fault.status(206, Map.of("Content-Range", "bytes " + TOKEN), ""));
        show(() -> hub.header(MODEL));
        show(() -> hub.upload(MODEL).folder(folder.resolve("none")).run(progress -> {}));
        show(() -> Hub.builder().token(TOKEN).endpoint(fake.endpoint()).build());
        show(() ->
                Hub.builder().token(TOKEN + "\u0000").endpoint(fake.endpoint()).build());
    }

    private void assertHosts(FakeHub fake) {
        List<SeenRequest> elsewhere = fake.seen().stream()
                .filter(request -> request.server() == Server.CDN)
                .toList();
        assertFalse(elsewhere.isEmpty(), shown.toString());
        assertTrue(elsewhere.stream().noneMatch(request -> request.toString().contains(TOKEN)), elsewhere.toString());
        assertEquals(
                0,
                fake.seen().stream()
                        .filter(request -> request.server() == Server.HUB
                                && !request.headers()
                                        .getOrDefault("authorization", "")
                                        .equals("Bearer " + TOKEN))
                        .count());
    }
}
