package dev.fundir.merge;

import dev.fundir.DType;
import java.util.Optional;

/**
 * What the random masks of a merge are drawn from.
 *
 * @param generator empty where none may be drawn
 * @param workDType that the recipe computes in, if it says so: mergekit's own masks depend on it
 */
record MaskSource(Optional<RandomGenerator> generator, long seed, Optional<DType> workDType) {
    /** The masks of one tensor alone: a stream over all tensors has none for it. */
    MaskSource ofOneTensor() {
        return new MaskSource(generator.filter(RandomGenerator.PHILOX::equals), seed, workDType);
    }
}
