package dev.fundir.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelIdTest {
    @Test
    void readsWhatUsersWrite() {
        assertEquals(new ModelId("org/name", "main"), ModelId.parse("org/name"));
        assertEquals(new ModelId("gpt2", "main"), ModelId.parse("gpt2"));
        assertEquals(new ModelId("org/name", "v1.0"), ModelId.parse("hf://org/name@v1.0"));
        assertEquals(new ModelId("org/a_b-c.d", "refs/pr/3"), ModelId.parse("org/a_b-c.d@refs/pr/3"));
        assertEquals("org/name@v1", ModelId.parse("hf://org/name@v1").toString());
        assertEquals("org/name", ModelId.parse("org/name@main").toString());
        assertTrue(ModelId.isMarked("hf://org/name"));
        assertFalse(ModelId.isMarked("org/name"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "a/",
                "/a",
                "a/b/c",
                "..",
                "a/..",
                "-a",
                "a-",
                ".a",
                "a.",
                "a--b",
                "a..b",
                "a b",
                "a\\b",
                "a/b.git",
                "a%2Fb",
                "a?b",
                "a#b",
                "ä",
                "a/b@",
                "a@b c",
                "a@..",
                "a@x..y",
                "a@-x",
                "a@/x",
                "a@x/",
                "a@x?y",
                "a@x#y",
                "a@x%2F",
                "a@x\ny",
                "hf://",
                "hf:///a",
                "https://huggingface.co/a/b"
            })
    void refusesWhatNoHubAndNoGitHas(String text) {
        assertThrows(IllegalArgumentException.class, () -> ModelId.parse(text));
    }

    @Test
    void namesHave96CharactersAtMost() {
        ModelId.of("a".repeat(96));
        assertThrows(IllegalArgumentException.class, () -> ModelId.of("a".repeat(97)));
    }
}
