package dev.fundir.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(OS.WINDOWS)
class RawPathTest {
    @Test
    void bytesAreThoseOfTheFileSystem() {
        assertEquals("/a b/100%/ä模.safetensors", raw(Path.of("/a b/100%/ä模.safetensors")));
        assertEquals("/a/../b", raw(Path.of("/a/../b")));
    }

    @Test
    void relativePathsBecomeAbsolute() {
        assertEquals(Path.of("x").toAbsolutePath().toString(), raw(Path.of("x")));
    }

    private static String raw(Path path) {
        return new String(RawPath.of(path), StandardCharsets.UTF_8);
    }
}
