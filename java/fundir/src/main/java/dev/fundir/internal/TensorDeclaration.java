package dev.fundir.internal;

import dev.fundir.DType;

/**
 * A tensor to be written: all but its bytes.
 *
 * @param name its name
 * @param dtype the type of its elements
 * @param shape its extents, the slowest varying first; not changed afterwards
 */
public record TensorDeclaration(String name, DType dtype, long[] shape) {
    /**
     * The bytes the tensor takes.
     *
     * @return number of bytes
     * @throws IllegalArgumentException when an extent is negative, or the elements end in the middle of a byte
     * @throws ArithmeticException when the size overflows a long
     */
    public long byteSize() {
        return dtype.byteSize(elementCount());
    }

    /**
     * The elements the tensor has.
     *
     * @return the product of the shape
     * @throws IllegalArgumentException when an extent is negative
     * @throws ArithmeticException when the product overflows a long
     */
    public long elementCount() {
        long elements = 1;
        for (long extent : shape) {
            if (extent < 0) {
                throw new IllegalArgumentException(
                        "tensor " + name + ": an extent of the shape is negative: " + extent);
            }
            elements = Math.multiplyExact(elements, extent);
        }
        return elements;
    }
}
