package dev.fundir.merge;

import java.util.Locale;

/**
 * Where the random masks of methods such as {@code dare_ties} come from. Both give the same masks for the same seed.
 */
public enum RandomGenerator {
    /**
     * Philox4x32-10, counted by element: the mask of a tensor depends on the seed, its name and the model's number, and
     * on nothing else.
     */
    PHILOX,

    /**
     * One Mersenne Twister over all tensors in name order, as mergekit draws its masks. For comparisons: it has to be
     * drawn in sequence.
     */
    MT19937;

    /**
     * The name for people: that of the metadata, and of the command line.
     *
     * @return {@code philox} or {@code mt19937}
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
