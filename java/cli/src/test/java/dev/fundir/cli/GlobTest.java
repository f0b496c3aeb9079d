package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.TypeConversionException;

class GlobTest {
    @ParameterizedTest
    @CsvSource({
        "*, a.b, true",
        "*.layers.0.*, model.layers.0.mlp.weight, true",
        "*.layers.0.*, model.layers.10.mlp.weight, false",
        "h.?.w, h.1.w, true",
        "h.?.w, h.11.w, false",
        "h.[0-2].w, h.1.w, true",
        "h.[!0-2].w, h.1.w, false",
        "h.[!0-2].w, h.7.w, true",
        "a+b$(x), a+b$(x), true",
        "a.b, aXb, false",
        "a[, a[, true",
        "[]], ], true",
        "[\\], \\, true"
    })
    void namesMatchAsInTheShell(String glob, String name, boolean matches) {
        assertEquals(matches, Glob.parse(glob).matches(name));
    }

    @Test
    void nothingIsNoPattern() {
        assertThrows(TypeConversionException.class, () -> Glob.parse(""));
    }
}
