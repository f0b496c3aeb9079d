package dev.fundir.internal.document;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads JSON as RFC 8259 has it, value by value, so that large ones can be read otherwise or passed over. Strings have
 * to be UTF-8 and to have it. What is wrong is a {@link DocumentMistake}. Not safe for many threads.
 */
public final class JsonReader {
    /** Reads the value of a member. */
    @FunctionalInterface
    public interface MemberReader {
        /**
         * Reads the value, all of it.
         *
         * @param key the member's key
         * @param place where the key begins
         * @throws IOException when reading fails
         */
        void read(String key, Place place) throws IOException;
    }

    /** How deep values may lie in each other. */
    private static final int DEEPEST = 100;

    /** Bytes of strings and numbers that are read as nodes. */
    private static final long MOST_TEXT = 100_000_000;

    /** How many nodes there may be. */
    private static final long MOST_NODES = 4_000_000;

    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?");

    private final TextInput in;

    private long text;
    private long nodes;

    /**
     * A reader.
     *
     * @param in the text, from where it stands on
     */
    public JsonReader(TextInput in) {
        this.in = in;
    }

    /**
     * Reads an object, its members one by one.
     *
     * @param reader reads each value
     * @throws IOException when reading fails
     */
    public void object(MemberReader reader) throws IOException {
        expect('{');
        if (peek() == '}') {
            in.next();
            return;
        }
        do {
            peek();
            Place place = in.place();
            String key = string();
            expect(':');
            peek();
            reader.read(key, place);
        } while (goesOn('}'));
    }

    /**
     * Reads a value.
     *
     * @return the node
     * @throws IOException when reading fails
     */
    public Node value() throws IOException {
        return value(1);
    }

    /**
     * Takes a character behind white space.
     *
     * @param wanted the only one that may stand there
     * @throws IOException when reading fails
     */
    public void expect(char wanted) throws IOException {
        if (peek() != wanted) {
            throw unexpected("'" + wanted + "'");
        }
        in.next();
    }

    /**
     * Passes over a list of numbers, without a look at them.
     *
     * @throws IOException when reading fails
     */
    public void skipNumbers() throws IOException {
        expect('[');
        skipNumbersOfOpenList();
    }

    /**
     * Passes over the rest of a list of numbers, behind its bracket.
     *
     * @throws IOException when reading fails
     */
    public void skipNumbersOfOpenList() throws IOException {
        while (true) {
            in.skipTo("]\"[{");
            switch (in.peek()) {
                case ']' -> {
                    in.next();
                    return;
                }
                case '"' -> string();
                default -> throw unexpected("a number or the end of the list");
            }
        }
    }

    /**
     * Checks that nothing but white space follows.
     *
     * @throws IOException when reading fails
     */
    public void end() throws IOException {
        if (peek() >= 0) {
            throw unexpected("the end of the file");
        }
    }

    private Node value(int depth) throws IOException {
        int first = peek();
        Place place = in.place();
        if (depth > DEEPEST) {
            throw new DocumentMistake(place, "more than " + DEEPEST + " lists and maps lie in each other");
        }
        if (++nodes > MOST_NODES) {
            throw new DocumentMistake(place, "the file has more than " + MOST_NODES + " values besides its numbers");
        }
        return switch (first) {
            case '{' -> mapping(place, depth);
            case '[' -> sequence(place, depth);
            case '"' -> new Node.Scalar(place, string(), Node.Type.TEXT);
            default -> word(place);
        };
    }

    private Node mapping(Place place, int depth) throws IOException {
        List<Node.Member> members = new ArrayList<>();
        object((key, keyPlace) ->
                members.add(new Node.Member(new Node.Scalar(keyPlace, key, Node.Type.TEXT), value(depth + 1))));
        long size = 1;
        for (Node.Member member : members) {
            size += 1 + member.value().size();
        }
        return new Node.Mapping(place, List.copyOf(members), size);
    }

    private Node sequence(Place place, int depth) throws IOException {
        List<Node> elements = new ArrayList<>();
        in.next();
        if (peek() == ']') {
            in.next();
        } else {
            do {
                elements.add(value(depth + 1));
            } while (goesOn(']'));
        }
        long size = 1;
        for (Node element : elements) {
            size += element.size();
        }
        return new Node.Sequence(place, List.copyOf(elements), size);
    }

    private Node word(Place place) throws IOException {
        StringBuilder word = new StringBuilder();
        while (in.peek() > ' ' && ",]}:\"[{".indexOf(in.peek()) < 0) {
            if (word.length() > 1000) {
                throw new DocumentMistake(place, "more than 1000 characters without quotes");
            }
            word.append((char) in.next());
        }
        String found = word.toString();
        Node.Type type =
                switch (found) {
                    case "null" -> Node.Type.NULL;
                    case "true", "false" -> Node.Type.TRUTH;
                    default -> {
                        if (!NUMBER.matcher(found).matches()) {
                            throw found.isEmpty()
                                    ? unexpected("a value")
                                    : new DocumentMistake(place, "this is not JSON: " + printable(found));
                        }
                        yield Node.Type.NUMBER;
                    }
                };
        count(place, found.length());
        return new Node.Scalar(place, found, type);
    }

    /** Takes the comma before another member or element, or the bracket behind the last. */
    private boolean goesOn(char end) throws IOException {
        if (peek() == ',') {
            in.next();
            return true;
        }
        if (peek() != end) {
            throw unexpected("a comma or '" + end + "'");
        }
        in.next();
        return false;
    }

    private String string() throws IOException {
        if (peek() != '"') {
            throw unexpected("a string in quotes");
        }
        Place place = in.place();
        in.next();
        ByteArrayOutputStream utf8 = new ByteArrayOutputStream();
        while (true) {
            int next = in.next();
            if (next == '"') {
                break;
            } else if (next == '\\') {
                escape(utf8);
            } else if (next < 0) {
                throw new DocumentMistake(place, "the string that begins here does not end: the file was cut short");
            } else if (next < ' ') {
                throw new DocumentMistake(place, String.format("a string has the control character U+%04X", next));
            } else {
                utf8.write(next);
            }
            count(place, 1);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new DocumentMistake(place, "the string is not UTF-8");
        }
    }

    private void escape(ByteArrayOutputStream utf8) throws IOException {
        Place place = in.place();
        int escaped = in.next();
        int plain = "\"\\/bfnrt".indexOf(escaped);
        if (plain >= 0) {
            utf8.write("\"\\/\b\f\n\r\t".charAt(plain));
            return;
        }
        if (escaped != 'u') {
            throw new DocumentMistake(place, "a string has a backslash before what cannot be escaped");
        }
        int unit = hex(place);
        if (Character.isHighSurrogate((char) unit) && in.startsWith("\\u")) {
            in.next();
            in.next();
            int low = hex(place);
            if (Character.isLowSurrogate((char) low)) {
                unit = Character.toCodePoint((char) unit, (char) low);
            }
        }
        if (unit <= 0xFFFF && Character.isSurrogate((char) unit)) {
            throw new DocumentMistake(place, "half of a surrogate pair stands alone in a string");
        }
        utf8.write(Character.toString(unit).getBytes(StandardCharsets.UTF_8));
    }

    private int hex(Place place) throws IOException {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            int next = in.next();
            int digit = next < 0x80 ? Character.digit(next, 16) : -1;
            if (digit < 0) {
                throw new DocumentMistake(place, "\\u without four hexadecimal digits");
            }
            unit = unit * 16 + digit;
        }
        return unit;
    }

    private void count(Place place, int length) {
        text += length;
        if (text > MOST_TEXT) {
            throw new DocumentMistake(
                    place, "the file has more than " + MOST_TEXT + " bytes of text besides its numbers");
        }
    }

    /** The next byte that is not white space, or -1 at the end. */
    private int peek() throws IOException {
        while (true) {
            int next = in.peek();
            if (next != ' ' && next != '\n' && next != '\r' && next != '\t') {
                return next;
            }
            in.next();
        }
    }

    private DocumentMistake unexpected(String wanted) throws IOException {
        int next = in.peek();
        String found = next < 0 ? "the end of the file" : "'" + printable(Character.toString(next)) + "'";
        String hint = in.startsWith("\u00EF\u00BB\u00BF")
                ? ", the byte order mark of some editors, which JSON does not allow"
                : "";
        return new DocumentMistake(in.place(), "found " + found + hint + ", expected " + wanted);
    }

    private static String printable(String text) {
        String cut = text.length() > 40 ? text.substring(0, 40) + "…" : text;
        StringBuilder out = new StringBuilder();
        cut.chars().forEach(c -> {
            if (c < ' ' || (c >= 0x7F && c <= 0xFF)) {
                out.append(String.format("\\x%02X", c));
            } else {
                out.append((char) c);
            }
        });
        return out.toString();
    }
}
