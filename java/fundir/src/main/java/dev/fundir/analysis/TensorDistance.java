package dev.fundir.analysis;

import java.util.Collection;

/**
 * How far two tensors are apart. Sums are over the pairs of elements that are both finite.
 *
 * @param elementCount pairs of elements; of C64 twice as many
 * @param finite pairs of finite elements
 * @param differing pairs that are not equal, NaN being equal to NaN here and an infinity to itself
 * @param maxAbs the largest difference
 * @param squaredDifferences {@code Σ (a − b)²}
 * @param aa {@code Σ a²}
 * @param ab {@code Σ a·b}
 * @param bb {@code Σ b²}
 */
public record TensorDistance(
        long elementCount,
        long finite,
        long differing,
        double maxAbs,
        double squaredDifferences,
        double aa,
        double ab,
        double bb) {

    /** Of no elements. */
    static final TensorDistance NONE = new TensorDistance(0, 0, 0, 0, 0, 0, 0, 0);

    /**
     * The norm of the difference over the norm of the first tensor.
     *
     * @return 0 when there is no difference; infinite when only the first tensor is 0
     */
    public double relativeL2() {
        return squaredDifferences == 0 ? 0 : Math.sqrt(squaredDifferences / aa);
    }

    /**
     * The cosine of the angle between the tensors as vectors.
     *
     * @return from −1 to 1; 1 when there is no difference, 0 when one of them alone is 0
     */
    public double cosine() {
        if (squaredDifferences == 0) {
            return 1;
        }
        double norms = Math.sqrt(aa) * Math.sqrt(bb);
        return norms == 0 ? 0 : Math.max(-1, Math.min(1, ab / norms));
    }

    /**
     * The distance of several pairs as if their elements were those of one.
     *
     * @param distances of each pair
     * @return the distance of all together
     */
    public static TensorDistance sum(Collection<TensorDistance> distances) {
        return distances.stream().reduce(NONE, TensorDistance::plus);
    }

    TensorDistance plus(TensorDistance other) {
        return new TensorDistance(
                elementCount + other.elementCount,
                finite + other.finite,
                differing + other.differing,
                Math.max(maxAbs, other.maxAbs),
                squaredDifferences + other.squaredDifferences,
                aa + other.aa,
                ab + other.ab,
                bb + other.bb);
    }
}
