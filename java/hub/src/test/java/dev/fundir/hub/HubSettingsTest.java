package dev.fundir.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubSettingsTest {
    @TempDir
    Path home;

    private HubSettings of(String... pairs) throws IOException {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            environment.put(pairs[i], pairs[i + 1]);
        }
        return HubSettings.of(environment, home);
    }

    private Optional<String> token(String... pairs) throws IOException {
        return of(pairs).token().map(Token::authorization);
    }

    @Test
    void areThoseOfThePythonToolsWithoutAnyVariable() throws IOException {
        HubSettings settings = of();
        assertEquals("https://huggingface.co", settings.endpoint().toString());
        assertEquals(home.resolve(".cache/huggingface/hub"), settings.cache());
        assertEquals(Optional.empty(), settings.token());
        assertFalse(settings.offline());
        assertEquals(Duration.ofSeconds(10), settings.answerTimeout());
        assertEquals(Duration.ofSeconds(10), settings.downloadTimeout());
    }

    @Test
    void theCacheIsWhereThePythonToolsHaveIt() throws IOException {
        assertEquals(Path.of("/x/huggingface/hub"), of("XDG_CACHE_HOME", "/x").cache());
        assertEquals(
                Path.of("/h/hub"), of("HF_HOME", "/h", "XDG_CACHE_HOME", "/x").cache());
        assertEquals(
                Path.of("/old"),
                of("HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/old").cache());
        assertEquals(
                Path.of("/c"),
                of("HF_HUB_CACHE", "/c", "HUGGINGFACE_HUB_CACHE", "/old").cache());
        assertEquals(home.resolve("models/hub"), of("HF_HOME", "~/models").cache());
        assertEquals(home.resolve(".cache/huggingface/hub"), of("HF_HOME", "").cache());
    }

    @Test
    void theFirstTokenCounts() throws IOException {
        Path saved = home.resolve(".cache/huggingface/token");
        Files.createDirectories(saved.getParent());
        Files.writeString(saved, "hf_saved\n");
        Files.writeString(home.resolve("elsewhere"), "hf_elsewhere");
        assertEquals(Optional.of("Bearer hf_saved"), token());
        assertEquals(
                Optional.of("Bearer hf_elsewhere"),
                token("HF_TOKEN_PATH", home.resolve("elsewhere").toString()));
        assertEquals(Optional.of("Bearer hf_old"), token("HUGGING_FACE_HUB_TOKEN", "hf_old"));
        assertEquals(Optional.of("Bearer hf_new"), token("HF_TOKEN", " hf_new\n", "HUGGING_FACE_HUB_TOKEN", "hf_old"));
        assertEquals(Optional.of("Bearer hf_saved"), token("HF_TOKEN", " "));
        assertEquals(
                Optional.empty(), token("HF_TOKEN_PATH", home.resolve("none").toString()));
        assertEquals(Optional.empty(), token("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"));
        assertEquals(Optional.empty(), token("HF_HUB_DISABLE_IMPLICIT_TOKEN", "true", "HF_TOKEN", "hf_new"));
    }

    @Test
    void aTokenThatIsNoneIsNotShown() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> token("HF_TOKEN", "hf_sec\nret"));
        assertFalse(e.getMessage().contains("sec"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> token("HF_TOKEN", "hf_ü"));
    }

    @Test
    void offlineIsWhatThePythonToolsTakeForTrue() throws IOException {
        for (String value : new String[] {"1", "ON", "yes", "True", " 1 "}) {
            assertTrue(of("HF_HUB_OFFLINE", value).offline(), value);
            assertTrue(of("TRANSFORMERS_OFFLINE", value).offline(), value);
        }
        for (String value : new String[] {"0", "no", "", "2"}) {
            assertFalse(of("HF_HUB_OFFLINE", value).offline(), value);
        }
    }

    @Test
    void timesAreSeconds() throws IOException {
        assertEquals(Duration.ofSeconds(3), of("HF_HUB_ETAG_TIMEOUT", "3").answerTimeout());
        assertEquals(Duration.ofSeconds(70), of("HF_HUB_DOWNLOAD_TIMEOUT", "70").downloadTimeout());
        for (String value : new String[] {"0", "-1", "ten", "1.5"}) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> of("HF_HUB_ETAG_TIMEOUT", value));
            assertTrue(e.getMessage().contains("HF_HUB_ETAG_TIMEOUT"), e.getMessage());
        }
    }

    @Test
    void anEndpointIsAnAddress() throws IOException {
        assertEquals(
                "http://hub.local:8080/hf",
                of("HF_ENDPOINT", "http://hub.local:8080/hf//").endpoint().toString());
        for (String value :
                new String[] {"hub.local", "file:///x", "http://user:secret@hub", "http://hub?x=1", "http:///"}) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> of("HF_ENDPOINT", value), value);
            assertFalse(e.getMessage().contains("secret"), e.getMessage());
        }
    }
}
