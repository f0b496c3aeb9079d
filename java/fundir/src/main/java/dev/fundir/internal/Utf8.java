package dev.fundir.internal;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Optional;

/** Text as the format sees it: UTF-8, ordered by its bytes. */
public final class Utf8 {
    /**
     * Orders strings as their UTF-8 bytes are ordered, which is by code point. {@link String#compareTo} differs from it
     * where characters beyond U+FFFF meet those from U+E000 on.
     */
    public static final Comparator<String> ORDER = Utf8::compare;

    private Utf8() {}

    /**
     * The UTF-8 of a text.
     *
     * @param text any string
     * @return its bytes, or empty when half of a surrogate pair stands alone in it: such a string has no UTF-8
     */
    public static Optional<byte[]> encode(String text) {
        return isWellFormed(text) ? Optional.of(text.getBytes(StandardCharsets.UTF_8)) : Optional.empty();
    }

    private static boolean isWellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(c, text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    private static int compare(String a, String b) {
        int shorter = Math.min(a.length(), b.length());
        for (int i = 0; i < shorter; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                return codePointRank(x) - codePointRank(y);
            }
        }
        return a.length() - b.length();
    }

    /** Puts the surrogates, which stand for code points above U+FFFF, behind all other chars. */
    private static int codePointRank(char c) {
        if (c >= Character.MAX_SURROGATE + 1) {
            return c - 0x800;
        }
        return c >= Character.MIN_SURROGATE ? c + 0x2000 : c;
    }
}
