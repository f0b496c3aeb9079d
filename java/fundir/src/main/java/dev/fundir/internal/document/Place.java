package dev.fundir.internal.document;

/**
 * A place in a document.
 *
 * @param line of the file, from 1
 * @param column of the line, from 1
 */
public record Place(long line, long column) implements Comparable<Place> {
    /** The beginning: where what is missing is reported. */
    public static final Place START = new Place(1, 1);

    /**
     * The place behind some characters of a text.
     *
     * @param text a text
     * @param characters how many code points; what is beyond the end does not count
     * @return the place
     */
    public static Place of(String text, int characters) {
        int line = 1;
        int column = 1;
        for (int character : text.codePoints().limit(characters).toArray()) {
            line += character == '\n' ? 1 : 0;
            column = character == '\n' ? 1 : column + 1;
        }
        return new Place(line, column);
    }

    @Override
    public int compareTo(Place other) {
        return line == other.line ? Long.compare(column, other.column) : Long.compare(line, other.line);
    }

    @Override
    public String toString() {
        return line + ":" + column;
    }
}
