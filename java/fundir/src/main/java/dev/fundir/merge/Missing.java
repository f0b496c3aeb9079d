package dev.fundir.merge;

/** What to do about a tensor that some of the inputs have and others lack. */
public enum Missing {
    /** A {@link MergeException} that lists the names. */
    ERROR,

    /**
     * Merge each tensor over the inputs that have it. A tensor that only one input has is taken from there; one that
     * the base lacks, while several models have it, is still an error where the method needs a base.
     */
    AVAILABLE
}
