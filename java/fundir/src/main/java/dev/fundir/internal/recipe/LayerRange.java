package dev.fundir.internal.recipe;

/**
 * Some layers of a model.
 *
 * @param start the first, from 0
 * @param end one more than the last
 */
public record LayerRange(int start, int end) {
    /** How many layers there are. */
    public int count() {
        return end - start;
    }

    @Override
    public String toString() {
        return "[" + start + ", " + end + "]";
    }
}
