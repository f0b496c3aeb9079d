package dev.fundir.merge;

import dev.fundir.DType;
import java.util.Optional;

/**
 * What the random masks of a merge are drawn from.
 *
 * @param workDType that the recipe computes in, if it says so: mergekit's own masks depend on it
 */
record MaskSource(RandomGenerator generator, long seed, Optional<DType> workDType) {}
