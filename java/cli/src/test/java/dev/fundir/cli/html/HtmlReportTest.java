package dev.fundir.cli.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HtmlReportTest {
    private static final String HOSTILE = "{\"</script><script>alert(1)</script>\":\"<!--<script>&amp; \u2028\u2029\","
            + "\"\uD83E\uDD8A\":[\"\uD800\",\"模型\",1.5e-300,null,true]}";
    private static final Pattern DOCUMENT =
            Pattern.compile("<script type=\"application/json\" id=\"document\">(.*?)</script>", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @Test
    void holdsTheDocumentWhateverIsInIt() throws IOException {
        Path file = folder.resolve("report.html");
        HtmlReport.inspect(file, false, out -> out.write(HOSTILE));
        String embedded = embedded(file);
        assertFalse(embedded.contains("<"), embedded);
        assertFalse(embedded.contains("\u2028"), embedded);
        assertEquals(tokens(HOSTILE), tokens(embedded));
    }

    @Test
    void allowsItsOwnScriptAndStyleOnly() throws Exception {
        Path file = folder.resolve("report.html");
        HtmlReport.diff(file, false, out -> out.write("{}"));
        String html = Files.readString(file);
        String policy = html.replaceFirst("(?s).*Content-Security-Policy\" content=\"([^\"]*)\".*", "$1");
        assertTrue(policy.startsWith("default-src 'none';"), policy);
        for (String tag : List.of("script", "style")) {
            Matcher element = Pattern.compile("<" + tag + ">(.*?)</" + tag + ">", Pattern.DOTALL)
                    .matcher(html);
            assertTrue(element.find());
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(element.group(1).getBytes(StandardCharsets.UTF_8));
            String hash = Base64.getEncoder().encodeToString(digest);
            assertTrue(policy.contains(tag + "-src 'sha256-" + hash + "'"), policy);
            assertFalse(element.find(), "one " + tag + " element");
        }
        assertFalse(html.contains("{{"), "everything is filled in");
        assertFalse(html.contains("innerHTML"));
    }

    @Test
    void isSmallWithoutItsDocument() {
        for (Page page : List.of(Page.INSPECT, Page.DIFF)) {
            assertTrue(page.beginning().length() + page.end().length() < 60_000);
        }
    }

    @Test
    void replacesAFileOnlyWhenToldTo() throws IOException {
        Path file = Files.writeString(folder.resolve("report.html"), "precious");
        assertThrows(FileAlreadyExistsException.class, () -> HtmlReport.inspect(file, false, out -> out.write("{}")));
        assertEquals("precious", Files.readString(file));
        HtmlReport.inspect(file, true, out -> out.write("{}"));
        assertEquals("{}", embedded(file));
    }

    @Test
    void leavesNothingBehindWhenTheDocumentFails() throws IOException {
        Path file = folder.resolve("report.html");
        IOException failure = new IOException("the model is gone");
        assertSame(
                failure,
                assertThrows(
                        IOException.class,
                        () -> HtmlReport.inspect(file, false, out -> {
                            out.write("{\"a\":");
                            throw failure;
                        })));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void keepsTheFailureThatAPrintWriterSwallows() throws IOException {
        IOException full = new IOException("no space left");
        try (ScriptText text = new ScriptText(new Writer() {
            @Override
            public void write(char[] chars, int offset, int length) throws IOException {
                throw full;
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        })) {
            assertThrows(IOException.class, () -> text.write("{}"));
            assertSame(full, assertThrows(IOException.class, text::requireWritten));
        }
    }

    @Test
    void refusesAFolder() {
        FileSystemException refused = assertThrows(FileSystemException.class, () -> HtmlReport.check(folder, true));
        assertTrue(refused.getReason().contains("is a folder"), refused.getReason());
    }

    private static String embedded(Path file) throws IOException {
        Matcher document = DOCUMENT.matcher(Files.readString(file));
        assertTrue(document.find());
        return document.group(1);
    }

    private static List<String> tokens(String json) throws IOException {
        List<String> tokens = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            while (parser.nextToken() != null) {
                tokens.add(parser.currentToken() + " " + parser.getText());
            }
        }
        return tokens;
    }
}
