package dev.fundir.model;

import dev.fundir.DType;
import dev.fundir.TensorView;
import dev.fundir.ffi.NumberText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Consecutive numbers of a tensor: their elements, and the text they become. Has room for {@link #NUMBERS}. */
final class NumberBlock {
    /** Fills whole bytes in every dtype. */
    static final int NUMBERS = 1 << 15;

    private final ByteBuffer elements =
            ByteBuffer.allocateDirect(NUMBERS * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer text = ByteBuffer.allocateDirect(NUMBERS * NumberText.MOST_BYTES);
    private final NumberText numbers;

    private int type;
    private long row;

    NumberBlock(NumberText.Style style) {
        numbers = new NumberText(style);
    }

    /**
     * Reads elements.
     *
     * @param tensor whose they are
     * @param first number of the first; the block begins in the middle of a line when a row does not begin with it
     * @return how many there are: as many as have room
     */
    long read(TensorView tensor, long first) {
        DType dtype = tensor.dtype();
        int parts = dtype == DType.C64 ? 2 : 1;
        long count = Math.min(tensor.elementCount() - first, NUMBERS / parts);
        elements.clear().limit((int) dtype.byteSize(count));
        tensor.readBytes(dtype.byteSize(first), elements);
        elements.flip();
        long[] shape = tensor.shape();
        long extent = shape.length == 0 ? 1 : shape[shape.length - 1];
        type = dtype.code();
        row = extent * parts;
        numbers.beginInLine(first % extent * parts);
        return count;
    }

    /** Writes the elements as text: in front of each number what separates it from the one before. */
    ByteBuffer format() {
        text.clear();
        numbers.write(elements, type, row, text);
        if (elements.hasRemaining()) {
            throw new IllegalStateException(elements.remaining() + " bytes of elements had no room as text");
        }
        return text.flip();
    }
}
