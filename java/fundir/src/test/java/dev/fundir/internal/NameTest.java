package dev.fundir.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fundir.ffi.Core;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class NameTest {
    @Property
    void theHashIsTheCores(@ForAll byte[] name, @ForAll long seed) {
        ByteBuffer direct = ByteBuffer.allocateDirect(name.length).put(name).flip();
        assertEquals(Core.nameHash(direct, seed), NameHash.of(name, seed));
    }

    @Property
    void theOrderIsThatOfTheBytes(@ForAll("texts") String a, @ForAll("texts") String b) {
        int bytewise = Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
        assertEquals(Integer.signum(bytewise), Integer.signum(Utf8.ORDER.compare(a, b)));
    }

    @Provide
    Arbitrary<String> texts() {
        // Few characters, from every length of UTF-8 and both sides of the surrogates, so that texts share beginnings.
        return Arbitraries.of(
                        "a",
                        "z",
                        "\u00E9",
                        "\uD7FF",
                        "\uE000",
                        "\uFF5E",
                        "\uD83D\uDE00",
                        "\uD83D\uDE01",
                        "\uDBFF\uDFFF")
                .list()
                .ofMaxSize(4)
                .map(parts -> String.join("", parts));
    }

    @Test
    void halfASurrogatePairHasNoUtf8() {
        assertEquals(Optional.empty(), Utf8.encode("a\uD83D"));
        assertEquals(Optional.empty(), Utf8.encode("\uD83Da"));
        assertEquals(Optional.empty(), Utf8.encode("\uDE00\uD83D"));
        assertEquals(4, Utf8.encode("\uD83D\uDE00").orElseThrow().length);
    }
}
