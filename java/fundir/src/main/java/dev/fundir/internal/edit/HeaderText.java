package dev.fundir.internal.edit;

import dev.fundir.internal.JsonString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the members stand in the text of a header that the core has accepted: what an edit has to know to change some
 * of its bytes and leave all others as they are.
 *
 * <p>Nothing is judged here: the text is walked through as the valid JSON that it is. Places are counted from the start
 * of the text, which begins at byte 8 of the file.
 */
final class HeaderText {
    static final String METADATA = "__metadata__";

    private final byte[] text;

    private HeaderText(byte[] text) {
        this.text = text;
    }

    /**
     * Takes the text out of the beginning of a file.
     *
     * @param start the bytes up to the first tensor
     */
    static HeaderText of(ByteBuffer start) {
        byte[] text = new byte[start.remaining() - Long.BYTES];
        start.get(start.position() + Long.BYTES, text);
        return new HeaderText(text);
    }

    /**
     * A member of an object.
     *
     * @param keyBegin where its key's opening quote is
     * @param keyEnd behind its key's closing quote
     * @param begin where its value begins
     * @param end behind its value
     */
    record Member(int keyBegin, int keyEnd, int begin, int end) {}

    /** Takes the members of an object, in their order. */
    @FunctionalInterface
    interface Visitor {
        void member(Member member);
    }

    byte[] bytes() {
        return text;
    }

    int length() {
        return text.length;
    }

    /** Where the first member would begin: behind the brace that opens the header. */
    int inside() {
        return behindSpace(0) + 1;
    }

    /** Whether the header has no member at all. */
    boolean isEmpty() {
        return text[behindSpace(inside())] == '}';
    }

    String key(Member member) {
        return JsonString.read(text, member.keyBegin, member.keyEnd);
    }

    boolean isMetadata(Member member) {
        return key(member).equals(METADATA);
    }

    /** Whether a member's value is an object. */
    boolean isObject(Member member) {
        return text[member.begin] == '{';
    }

    /** A member's value, which is a string. */
    String string(Member member) {
        return JsonString.read(text, member.begin, member.end);
    }

    /** The members of the header: tensors and the metadata. */
    void forEach(Visitor visitor) {
        members(inside() - 1, visitor);
    }

    /** The members of a member that is an object. */
    List<Member> membersOf(Member member) {
        List<Member> members = new ArrayList<>();
        members(member.begin, members::add);
        return members;
    }

    private void members(int brace, Visitor visitor) {
        int at = behindSpace(brace + 1);
        while (text[at] != '}') {
            int keyEnd = behindString(at);
            int begin = behindSpace(behindSpace(keyEnd) + 1);
            int end = behindValue(begin);
            visitor.member(new Member(at, keyEnd, begin, end));
            at = behindSpace(end);
            if (text[at] == ',') {
                at = behindSpace(at + 1);
            }
        }
    }

    private int behindValue(int begin) {
        int at = begin;
        int depth = 0;
        do {
            switch (text[at]) {
                case '"' -> at = behindString(at);
                case '{', '[' -> {
                    depth++;
                    at++;
                }
                case '}', ']' -> {
                    depth--;
                    at++;
                }
                default -> at = depth == 0 ? behindWord(at) : at + 1;
            }
        } while (depth > 0);
        return at;
    }

    private int behindString(int quote) {
        int at = quote + 1;
        while (text[at] != '"') {
            at += text[at] == '\\' ? 2 : 1;
        }
        return at + 1;
    }

    /** Behind a number, or {@code null}. */
    private int behindWord(int begin) {
        int at = begin;
        while (at < text.length && ",]} \t\r\n".indexOf(text[at]) < 0) {
            at++;
        }
        return at;
    }

    /** Behind white space. */
    int behindSpace(int from) {
        int at = from;
        while (" \t\r\n".indexOf(text[at]) >= 0) {
            at++;
        }
        return at;
    }

    /** Behind the run of spaces that begins at a place; other white space is not counted. */
    int behindSpaces(int from) {
        int at = from;
        while (at < text.length && text[at] == ' ') {
            at++;
        }
        return at;
    }
}
