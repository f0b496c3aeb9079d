package dev.fundir.cli;

import dev.fundir.Tensor;
import java.nio.ByteBuffer;

/** Reads the elements of a tensor. */
final class Elements {
    private Elements() {}

    static double[] of(Tensor tensor) {
        ByteBuffer bytes = tensor.buffer();
        double[] elements = new double[(int) tensor.elementCount()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = switch (tensor.dtype()) {
                case F32 -> bytes.getFloat(i * Float.BYTES);
                case F64 -> bytes.getDouble(i * Double.BYTES);
                case BF16 -> BFloat16.widen(bytes.getShort(i * Short.BYTES));
                default -> throw new IllegalArgumentException(tensor.toString());
            };
        }
        return elements;
    }
}
