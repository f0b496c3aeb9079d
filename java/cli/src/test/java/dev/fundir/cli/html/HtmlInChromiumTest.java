package dev.fundir.cli.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reports as a browser draws them: no error, nothing cut, nothing on top of another, text that can be read. */
final class HtmlInChromiumTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"380, false", "380, true", "800, true", "1600, false"})
    void drawsAModel(int width, boolean dark) throws Exception {
        Path report = folder.resolve("inspect.html");
        HtmlReport.inspect(report, false, out -> out.write(model()));
        Map<String, String> found = drawn(report, width, dark);
        assertEquals("1", found.get("bars"));
        assertEquals("2", found.get("plots"), "one for each kind that repeats");
        assertTrue(Integer.parseInt(found.get("tiles")) >= 3, found::toString);
        assertTrue(Integer.parseInt(found.get("rows")) > 30, found::toString);
    }

    @ParameterizedTest
    @CsvSource({"380, false", "1600, true"})
    void drawsAComparison(int width, boolean dark) throws Exception {
        Path report = folder.resolve("diff.html");
        HtmlReport.diff(report, false, out -> out.write(comparison()));
        Map<String, String> found = drawn(report, width, dark);
        assertEquals("2", found.get("plots"), "the layers, and the kind that changed");
        assertTrue(Integer.parseInt(found.get("rows")) > 12, found::toString);
    }

    private Map<String, String> drawn(Path report, int width, boolean dark) throws Exception {
        Optional<Path> browser = browser();
        assumeTrue(browser.isPresent(), "no Chromium is installed");
        addCheck(report);
        // Windows have a least width, frames have none.
        Path host = Files.writeString(
                folder.resolve("host.html"),
                "<!DOCTYPE html><meta name=\"color-scheme\" content=\"light dark\"><pre id=\"found\"></pre><script>"
                        + "addEventListener('message', (event) => {"
                        + " document.getElementById('found').textContent = event.data; });</script>"
                        + "<iframe style=\"border:0\" width=\"" + width + "\" height=\"900\" src=\""
                        + report.toUri() + "\"></iframe>");
        Path out = folder.resolve("dom.txt");
        Process process = new ProcessBuilder(List.of(
                        browser.get().toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--hide-scrollbars",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--window-size=" + (width + 40) + ",1000",
                        "--blink-settings=preferredColorScheme=" + (dark ? 0 : 1),
                        "--virtual-time-budget=5000",
                        "--dump-dom",
                        host.toUri().toString()))
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("the browser did not end");
        }
        String text = Files.readString(out).replaceFirst("(?s).*<pre id=\"found\">(.*?)</pre>.*", "$1");
        Map<String, String> found = new HashMap<>();
        text.lines()
                .map(line -> line.split("=", 2))
                .filter(pair -> pair.length == 2)
                .forEach(pair -> found.put(pair[0], pair[1]));
        assertEquals("", found.get("wrong"), text);
        assertEquals(String.valueOf(width), found.get("width"));
        assertEquals(String.valueOf(dark), found.get("dark"));
        return found;
    }

    /** Puts the check into the page, whose policy has to allow it. */
    private static void addCheck(Path report) throws Exception {
        String check;
        try (var in = HtmlInChromiumTest.class.getResourceAsStream("/html/check-page.js")) {
            check = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(check.getBytes(StandardCharsets.UTF_8));
        String hash = Base64.getEncoder().encodeToString(digest);
        Files.writeString(
                report,
                Files.readString(report)
                        .replace("script-src ", "script-src 'sha256-" + hash + "' ")
                        .replace("<style>", "<script>" + check + "</script><style>"));
    }

    private static Optional<Path> browser() {
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static String model() {
        StringBuilder tensors = new StringBuilder();
        int offset = 1000;
        for (int layer = 0; layer < 8; layer++) {
            for (String kind : List.of("self_attn.q_proj.weight", "mlp.up_proj.weight")) {
                tensors.append(
                        tensor("model.layers." + layer + "." + kind, "model.layers." + layer, offset, 0, layer + 5));
                offset += 8192;
            }
        }
        tensors.append(tensor("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>", offset, 2, 7));
        tensors.append(tensor("w".repeat(300), "w".repeat(300), offset + 8192, 0, 7));
        tensors.setLength(tensors.length() - 1);
        int size = offset + 16384;
        return ("{'path':'/models/m.safetensors','format':'safetensors','byteSize':" + size + ",'tensorCount':18,"
                                + "'parameterCount':73728,'dtypes':{'BF16':{'tensors':18,'parameters':73728,'bytes':147456}},"
                                + "'metadata':{'</script>':'<b>'},'architecture':{'family':'llama','layers':8,"
                                + "'hiddenSize':64,'vocabSize':null},'files':[{'path':'/models/m.safetensors','byteSize':"
                                + size + ",'tensorCount':18,'dataOffset':1000}],'tensors':[")
                        .replace('\'', '"')
                + tensors + "]}";
    }

    private static String statistics(int nan, int norm) {
        return "\"statistics\":{\"elements\":4096,\"zeros\":3,\"nan\":" + nan + ",\"infinite\":0,"
                + "\"min\":-0.5,\"max\":0.75,\"mean\":1e-3,\"std\":0.02,\"l2Norm\":" + norm
                + "},\"outliers\":{\"threshold\":3.0,"
                + "\"count\":7,\"worst\":[{\"index\":[1,2],\"value\":0.75,\"z\":37.5}]},\"distribution\":{\"from\":-0.5,"
                + "\"to\":0.75,\"below\":0,\"above\":0,\"counts\":[1,20,300,4000,500,7]}";
    }

    private static String tensor(String name, String layer, int offset, int nan, int norm) {
        return "{\"name\":\"" + name + "\",\"layer\":\"" + layer + "\",\"dtype\":\"BF16\",\"shape\":[64,64],"
                + "\"byteSize\":8192,\"file\":\"/models/m.safetensors\",\"offset\":" + offset + ","
                + statistics(nan, norm) + "},";
    }

    private static String comparison() throws IOException {
        StringBuilder tensors = new StringBuilder();
        StringBuilder layers = new StringBuilder(
                "{'layer':'lm_head','tensors':1,'elements':9,'differing':0," + "'maxAbs':0,'relativeL2':0,'cosine':1}");
        for (int layer = 0; layer < 12; layer++) {
            String change = "'elements':4096,'differing':" + (layer == 3 ? 0 : 4000) + ",'maxAbs':0.01,'relativeL2':"
                    + (layer == 3 ? 0 : Math.pow(10, -layer / 3.0)) + ",'cosine':0.999999}";
            layers.append(",{'layer':'model.layers.")
                    .append(layer)
                    .append("','tensors':2,")
                    .append(change);
            if (layer != 3) {
                tensors.append(",{'name':'model.layers.")
                        .append(layer)
                        .append(".mlp.up_proj.weight','layer':'model.layers.")
                        .append(layer)
                        .append("','dtype':'BF16','shape':[64,64],")
                        .append(change);
            }
        }
        return ("{'a':'/m/base.safetensors','b':'/m/tuned.safetensors','equal':false,'identicalTensors':13,'added':"
                        + "[{'name':'new.weight','dtype':'F32','shape':[2],'byteSize':8}],'removed':[],'reshaped':"
                        + "[{'name':'x','a':[2,3],'b':[3,2]}],'retyped':[{'name':'y','a':'BF16','b':'F32'}],"
                        + "'metadata':{'added':{},'removed':{'k':'v'},'changed':{'f':{'a':'1','b':'2'}}},'tensors':["
                        + tensors.substring(1) + "],'layers':[" + layers + "]}")
                .replace('\'', '"');
    }
}
