package dev.fundir;

/**
 * What is taken along one dimension: one index, which drops the dimension, or a range of indices.
 *
 * @param from first index
 * @param to end of the range, exclusive; {@code Long.MAX_VALUE} for the end of the dimension
 * @param step distance between two indices, at least 1
 * @param drops whether the dimension is dropped: one index is taken
 */
public record Slice(long from, long to, long step, boolean drops) {
    private static final Slice ALL = new Slice(0, Long.MAX_VALUE, 1, false);

    /**
     * Refuses negative indices, ranges that end before they begin, and steps below 1.
     *
     * @param from first index
     * @param to end of the range, exclusive; {@code Long.MAX_VALUE} for the end of the dimension
     * @param step distance between two indices, at least 1
     * @param drops whether the dimension is dropped: one index is taken
     */
    public Slice {
        if (from < 0 || to < from) {
            throw new IndexOutOfBoundsException("no range of indices: from " + from + " to " + to);
        }
        if (step < 1) {
            throw new IllegalArgumentException("the step of a slice is at least 1, not " + step);
        }
        if (drops && (step != 1 || to - from != 1)) {
            throw new IllegalArgumentException("one index is wanted, not the range from " + from + " to " + to);
        }
    }

    /**
     * Everything.
     *
     * @return the slice
     */
    public static Slice all() {
        return ALL;
    }

    /**
     * One index; the dimension is dropped.
     *
     * @param index from 0 on
     * @return the slice
     */
    public static Slice at(long index) {
        return new Slice(index, Math.addExact(index, 1), 1, true);
    }

    /**
     * A range of indices.
     *
     * @param from first index
     * @param to end, exclusive
     * @return the slice
     */
    public static Slice range(long from, long to) {
        return new Slice(from, to, 1, false);
    }

    /**
     * Every so-manyth index of a range.
     *
     * @param from first index
     * @param to end, exclusive
     * @param step distance between two indices, at least 1
     * @return the slice
     */
    public static Slice range(long from, long to, long step) {
        return new Slice(from, to, step, false);
    }

    /**
     * All indices from one on.
     *
     * @param from first index
     * @return the slice
     */
    public static Slice from(long from) {
        return new Slice(from, Long.MAX_VALUE, 1, false);
    }

    /** The slice with its end inside a dimension; throws where it is not. */
    Slice within(int axis, long extent) {
        long end = to == Long.MAX_VALUE ? extent : to;
        if (from > end || end > extent) {
            throw new IndexOutOfBoundsException("the slice " + this + " is outside dimension " + axis + ", which has "
                    + extent + (extent == 1 ? " index" : " indices"));
        }
        return new Slice(from, end, step, drops);
    }

    /** How many indices it takes; its end is known. */
    long count() {
        return to == from ? 0 : (to - from - 1) / step + 1;
    }

    /**
     * The slice as Python writes it.
     *
     * @return such as {@code 3}, {@code 2:8} or {@code 0:8:2}
     */
    @Override
    public String toString() {
        if (drops) {
            return Long.toString(from);
        }
        String end = to == Long.MAX_VALUE ? "" : Long.toString(to);
        return from + ":" + end + (step == 1 ? "" : ":" + step);
    }
}
