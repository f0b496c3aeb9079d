package dev.fundir.internal.recipe;

/**
 * A place in a recipe.
 *
 * @param line of the file, from 1
 * @param column of the line, from 1
 */
public record Place(int line, int column) implements Comparable<Place> {
    /** The beginning of a recipe: where what is missing is reported. */
    public static final Place START = new Place(1, 1);

    @Override
    public int compareTo(Place other) {
        return line == other.line ? Integer.compare(column, other.column) : Integer.compare(line, other.line);
    }

    @Override
    public String toString() {
        return line + ":" + column;
    }
}
