package dev.fundir.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathPatternTest {
    /** What Python's {@code fnmatch.fnmatchcase} says of them. */
    @ParameterizedTest
    @CsvSource({
        "*.json, config.json, true",
        "*.json, sub/config.json, true",
        "*.JSON, config.json, false",
        "sub/, sub/a/b.txt, true",
        "sub/, sub, false",
        "sub\\, sub/a, true",
        "a?c, abc, true",
        "a?c, a/c, true",
        "a?c, ac, false",
        "model-[0-2].bin, model-1.bin, true",
        "model-[0-2].bin, model-3.bin, false",
        "model-[!0-2].bin, model-3.bin, true",
        "model-[!0-2].bin, model-1.bin, false",
        "a[]]b, a]b, true",
        "a[!]]b, a]b, false",
        "a[!]]b, acb, true",
        "a[b, a[b, true",
        "a[z-a]b, azb, false",
        "a[!z-a]b, azb, true",
        "a[a-]b, a-b, true",
        "a[^b]c, a^c, true",
        "a[^b]c, abc, true",
        "a[&&b]c, a&c, true",
        "a.b, axb, false",
        "(a)+, (a)+, true",
        "(a)+, aa, false",
        "'*', '', true",
    })
    void matchesAsPythonDoes(String pattern, String path, boolean isMatch) {
        assertEquals(isMatch, PathPattern.of(pattern).matches(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a*", "a?", "a[b]", "a/"})
    void whatHasAWildcardIsNoName(String pattern) {
        assertEquals(false, PathPattern.of(pattern).isName());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a/b.bin", "a]"})
    void whatHasNoneIsAName(String pattern) {
        assertEquals(true, PathPattern.of(pattern).isName());
    }

    @ParameterizedTest
    @ValueSource(strings = "")
    void nothingIsNoPattern(String pattern) {
        assertThrows(IllegalArgumentException.class, () -> PathPattern.of(pattern));
    }
}
