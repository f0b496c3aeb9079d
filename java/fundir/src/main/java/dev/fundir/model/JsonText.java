package dev.fundir.model;

import dev.fundir.internal.JsonString;
import dev.fundir.internal.Utf8;
import java.util.List;
import java.util.Map;

/**
 * Values of {@link ModelMetadata} as JSON on one line, which is YAML too: what readers of YAML want escaped is, and
 * numbers with an exponent have its sign.
 */
final class JsonText {
    /** Readers of YAML take a longer key only behind a question mark. */
    static final int LONGEST_KEY = 1000;

    private JsonText() {}

    static String of(Object value) {
        StringBuilder json = new StringBuilder();
        write(value, json);
        return json.toString();
    }

    /**
     * Writes a value as a flow node of YAML, which is JSON but for the mark before keys that are very long.
     *
     * @throws IllegalArgumentException as for {@link #write(Object, StringBuilder)}
     */
    static void writeYaml(Object value, StringBuilder yaml) {
        write(value, yaml, LONGEST_KEY);
    }

    /**
     * Writes a value.
     *
     * @throws IllegalArgumentException when it is none that metadata has, or a text has no UTF-8
     */
    static void write(Object value, StringBuilder json) {
        write(value, json, Integer.MAX_VALUE);
    }

    private static void write(Object value, StringBuilder json, int longestKey) {
        if (value instanceof String text) {
            write(text, json);
        } else if (value instanceof Double || value instanceof Float) {
            write(((Number) value).doubleValue(), json);
        } else if (value == null || value instanceof Boolean || value instanceof Number) {
            json.append(value);
        } else if (value instanceof List<?> list) {
            json.append('[');
            String separator = "";
            for (Object each : list) {
                json.append(separator);
                write(each, json, longestKey);
                separator = ", ";
            }
            json.append(']');
        } else if (value instanceof Map<?, ?> map) {
            json.append('{');
            String separator = "";
            for (Map.Entry<?, ?> each : map.entrySet()) {
                String key = of(String.valueOf(each.getKey()));
                json.append(separator).append(key.length() > longestKey ? "? " : "");
                json.append(key).append(key.length() > longestKey ? " : " : ": ");
                write(each.getValue(), json, longestKey);
                separator = ", ";
            }
            json.append('}');
        } else {
            throw new IllegalArgumentException("metadata has a value of " + value.getClass()
                    + ", expected what JSON has: a string, a number, a boolean, a list, a map or null");
        }
    }

    private static void write(double value, StringBuilder json) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            json.append('"').append(value).append('"');
            return;
        }
        String digits = Double.toString(value);
        json.append(digits.contains("E-") ? digits : digits.replace("E", "E+"));
    }

    private static void write(String text, StringBuilder json) {
        if (Utf8.encode(text).isEmpty()) {
            throw new IllegalArgumentException(
                    "half of a surrogate pair stands alone in a text, which therefore has no UTF-8: " + text);
        }
        StringBuilder quoted = new StringBuilder();
        JsonString.write(text, quoted);
        for (int i = 0; i < quoted.length(); i++) {
            char c = quoted.charAt(i);
            boolean isPrintable =
                    c < 0x7F || (c >= 0xA0 && c < 0xFFFE && c != '\u2028' && c != '\u2029' && c != '\uFEFF');
            if (isPrintable) {
                json.append(c);
            } else {
                json.append(String.format("\\u%04x", (int) c));
            }
        }
    }
}
