package dev.fundir.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a JSON object whose members can be looked at and replaced one by one, while every other character stays
 * as it is.
 *
 * <p>Made for a model's {@code config.json}. It finds where the members begin and end; it does not judge what they
 * hold.
 */
public final class JsonObjectText {
    private static final Pattern STRING = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

    private final String text;
    private final Map<String, Span> members;

    private record Span(int begin, int end) {}

    private JsonObjectText(String text, Map<String, Span> members) {
        this.text = text;
        this.members = members;
    }

    /**
     * Finds the members of the object.
     *
     * @param text JSON
     * @return the object
     * @throws IllegalArgumentException if the text is not a JSON object, with the place where it stops being one
     */
    public static JsonObjectText of(String text) {
        return new JsonObjectText(text, new Scanner(text).object());
    }

    /**
     * A member's value as it is written; the last one where there are several.
     *
     * @param key the member's name as it is written
     * @return the value, empty when there is no such member
     */
    public Optional<String> raw(String key) {
        return Optional.ofNullable(members.get(key)).map(span -> text.substring(span.begin, span.end));
    }

    /**
     * The first string in a member's value: the value itself, or an element of a list. Escapes stay as they are
     * written.
     *
     * @param key the member's name as it is written
     * @return the string, empty when there is none
     */
    public Optional<String> firstString(String key) {
        return raw(key).map(STRING::matcher).filter(Matcher::find).map(found -> found.group(1));
    }

    /**
     * A member's whole number.
     *
     * @param key the member's name as it is written
     * @return the number, empty when the value is none, or has more than 18 digits
     */
    public OptionalLong number(String key) {
        return raw(key).filter(value -> NUMBER.matcher(value).matches()).stream()
                .mapToLong(Long::parseLong)
                .findFirst();
    }

    /**
     * A member that is an object itself.
     *
     * @param key the member's name as it is written
     * @return the object, empty where it is none that can be looked into
     */
    public Optional<JsonObjectText> object(String key) {
        return raw(key).flatMap(value -> {
            try {
                return Optional.of(of(value));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        });
    }

    /**
     * The elements of a member that is a list.
     *
     * @param key the member's name as it is written
     * @return the elements as they are written, empty where it is no list
     */
    public Optional<List<String>> list(String key) {
        return raw(key).flatMap(value -> {
            try {
                return Optional.of(new Scanner(value).list());
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        });
    }

    /**
     * The object with one more member, the first, spaced as the one that was the first.
     *
     * @param key the member's name as it is to be written
     * @param value the value as it is to be written
     * @return a new object
     */
    public JsonObjectText adding(String key, String value) {
        int begin = text.indexOf('{') + 1;
        int first = begin;
        while (Character.isWhitespace(text.charAt(first))) {
            first++;
        }
        String member = '"' + key + "\": " + value;
        return of(
                members.isEmpty()
                        ? text.substring(0, begin) + member + text.substring(begin)
                        : text.substring(0, first) + member + ',' + text.substring(begin));
    }

    /**
     * The object with another value of a member that it has.
     *
     * @param key the member's name as it is written
     * @param value the value as it is to be written
     * @return a new object
     */
    public JsonObjectText with(String key, String value) {
        Span span = members.get(key);
        return of(text.substring(0, span.begin) + value + text.substring(span.end));
    }

    /**
     * The text.
     *
     * @return the JSON
     */
    @Override
    public String toString() {
        return text;
    }

    /** Walks over the text once. */
    private static final class Scanner {
        private final String text;
        private int at;

        Scanner(String text) {
            this.text = text;
        }

        Map<String, Span> object() {
            Map<String, Span> members = new LinkedHashMap<>();
            expect('{');
            if (next() == '}') {
                at++;
            } else {
                do {
                    Span key = string();
                    expect(':');
                    members.put(text.substring(key.begin + 1, key.end - 1), value());
                } while (more('}'));
            }
            if (next() != 0) {
                throw unexpected("the end");
            }
            return members;
        }

        List<String> list() {
            List<String> elements = new ArrayList<>();
            expect('[');
            if (next() == ']') {
                at++;
            } else {
                do {
                    Span element = value();
                    elements.add(text.substring(element.begin, element.end));
                } while (more(']'));
            }
            if (next() != 0) {
                throw unexpected("the end");
            }
            return elements;
        }

        /** Steps over the comma before another member or element, or over the bracket after the last. */
        private boolean more(char end) {
            if (next() == ',') {
                at++;
                return true;
            }
            expect(end);
            return false;
        }

        private Span value() {
            char first = next();
            int begin = at;
            if (first == '"') {
                return string();
            }
            if (first == '{' || first == '[') {
                nested();
            } else {
                while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
                    at++;
                }
            }
            if (at == begin) {
                throw unexpected("a value");
            }
            return new Span(begin, at);
        }

        private void nested() {
            int depth = 0;
            do {
                switch (next()) {
                    case '"' -> string();
                    case '{', '[' -> {
                        depth++;
                        at++;
                    }
                    case '}', ']' -> {
                        depth--;
                        at++;
                    }
                    case 0 -> throw unexpected("a closing bracket");
                    default -> at++;
                }
            } while (depth > 0);
        }

        private Span string() {
            if (next() != '"') {
                throw unexpected("a string");
            }
            int begin = at++;
            while (at < text.length() && text.charAt(at) != '"') {
                at += text.charAt(at) == '\\' ? 2 : 1;
            }
            if (at >= text.length()) {
                throw unexpected("the end of a string");
            }
            at++;
            return new Span(begin, at);
        }

        private void expect(char wanted) {
            if (next() != wanted) {
                throw unexpected("'" + wanted + "'");
            }
            at++;
        }

        /** The next character that is not white space, or 0 at the end. */
        private char next() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return at < text.length() ? text.charAt(at) : 0;
        }

        private IllegalArgumentException unexpected(String wanted) {
            String found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
            return new IllegalArgumentException("at character " + at + ": found " + found + ", expected " + wanted);
        }
    }
}
