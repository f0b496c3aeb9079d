package dev.fundir.internal;

import java.nio.charset.StandardCharsets;

/** Strings of JSON: written as the format's reference implementation writes them, and read. */
public final class JsonString {
    private JsonString() {}

    /**
     * Writes a string: quotes, backslashes and control characters are escaped, all else stands for itself.
     *
     * @param text any text
     * @param json takes it, in quotes
     */
    public static void write(String text, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> json.append('\\').append(c);
                case '\b' -> json.append("\\b");
                case '\f' -> json.append("\\f");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    if (c < ' ') {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }

    /**
     * The UTF-8 of a string in quotes.
     *
     * @param text any text that has UTF-8
     * @return the bytes of its JSON
     */
    public static byte[] bytes(String text) {
        StringBuilder json = new StringBuilder(text.length() + 16);
        write(text, json);
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads a string of JSON that is known to be valid.
     *
     * @param json the UTF-8 of a JSON text
     * @param begin where the string's opening quote is
     * @param end behind its closing quote
     * @return the text it stands for
     */
    public static String read(byte[] json, int begin, int end) {
        String written = new String(json, begin + 1, end - begin - 2, StandardCharsets.UTF_8);
        return written.indexOf('\\') < 0 ? written : unescape(written);
    }

    private static String unescape(String written) {
        StringBuilder text = new StringBuilder(written.length());
        int i = 0;
        while (i < written.length()) {
            char c = written.charAt(i++);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char escaped = written.charAt(i++);
            switch (escaped) {
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'u' -> {
                    text.append((char) Integer.parseInt(written, i, i + 4, 16));
                    i += 4;
                }
                default -> text.append(escaped); // a quote, a slash or a backslash
            }
        }
        return text.toString();
    }
}
