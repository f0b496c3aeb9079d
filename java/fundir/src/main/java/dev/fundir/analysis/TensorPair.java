package dev.fundir.analysis;

import dev.fundir.TensorView;
import java.util.Arrays;

/**
 * Two tensors to be compared.
 *
 * @param a one
 * @param b the other, of the same shape
 */
public record TensorPair(TensorView a, TensorView b) {
    /**
     * A pair.
     *
     * @param a one
     * @param b the other, of the same shape
     * @throws IllegalArgumentException when the shapes differ, or one tensor alone is complex
     */
    public TensorPair {
        if (!Arrays.equals(a.shape(), b.shape())) {
            throw new IllegalArgumentException("tensors of different shapes are not compared: " + a + ", " + b);
        }
        if (ElementType.of(a).perElement() != ElementType.of(b).perElement()) {
            throw new IllegalArgumentException("complex numbers are not compared with real ones: " + a + ", " + b);
        }
    }
}
