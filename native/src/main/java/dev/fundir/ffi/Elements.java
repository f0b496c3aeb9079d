package dev.fundir.ffi;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Elements of tensors, converted from one type to another by the kernels of the core.
 *
 * <p>Types are numbers as {@code fundir.h} has them: dtype codes in the order of the format, and block types. What a
 * conversion does with rounding, overflow and NaN stands there, too, at {@code fundir_convert}.
 *
 * <p>Input buffers must be direct; their bytes between position and limit are meant, little-endian at any address
 * whatever the buffer's order, and the position stays. They must be memory, and no mapping of a file: a file that is
 * cut meanwhile would end the process. Nobody may write to them during the call. Elements of less than 8 bits are
 * packed as {@code fundir.h} says, and only as many are taken as fill whole bytes.
 *
 * <p>Arrays are written in place, which keeps the garbage collector waiting: convert at most {@value #MOST_BYTES} bytes
 * of input in one call, and call again for more. That also keeps input and output in the processor's cache.
 *
 * <p>All methods are safe for many threads. Wrong buffers, ranges and widths are {@link IllegalArgumentException} or
 * {@link IndexOutOfBoundsException}, and nothing is written then; conversions that there are not, and lengths that do
 * not fit each other, are {@link NativeException}.
 */
public final class Elements {
    /** The most bytes of input that one call on an array should have: {@value}. */
    public static final int MOST_BYTES = 1 << 16;

    private static final int I8 = 5;
    private static final int I16 = 11;
    private static final int I32 = 15;
    private static final int F32 = 17;
    private static final int F64 = 19;
    private static final int I64 = 20;

    /** The bits of an element, by dtype code. */
    private static final int[] BITS = {
        8, 4, 6, 6, 8, 8, 8, 8, 8, 8, 8, 16, 16, 16, 16, 32, 32, 32, 64, 64, 64, 64,
    };

    private Elements() {}

    /**
     * Converts elements from buffer to buffer.
     *
     * @param in a direct buffer, its remaining bytes a whole number of elements
     * @param inType the type of the elements in it
     * @param out a direct and writable buffer, its remaining bytes exactly those that the elements take; apart from
     *     {@code in}; the position stays
     * @param outType the type they get
     */
    public static void convert(ByteBuffer in, int inType, ByteBuffer out, int outType) {
        int bytes = out.remaining();
        try {
            run(
                    in,
                    (address, length, detail) -> Fundir.convert(
                            address, length, inType, Core.output(out, bytes), 0, bytes, outType, detail));
        } finally {
            Reference.reachabilityFence(out);
        }
    }

    /**
     * Converts elements to F32 in an array.
     *
     * @param in a direct buffer, its remaining bytes a whole number of elements
     * @param inType the type of the elements in it
     * @param out takes the elements
     * @param offset where in {@code out} the first is written
     * @param count how many elements there are; {@code in} must hold exactly as many
     */
    public static void convert(ByteBuffer in, int inType, float[] out, int offset, int count) {
        convert(in, inType, out, F32, offset, count);
    }

    /**
     * Converts elements to a type of 32 bits, whose bits are put in an array: F32, or any other of that width.
     *
     * @param in a direct buffer, its remaining bytes a whole number of elements
     * @param inType the type of the elements in it
     * @param out takes the elements
     * @param outType a dtype code, of a type of 32 bits
     * @param offset where in {@code out} the first is written
     * @param count how many elements there are; {@code in} must hold exactly as many
     */
    public static void convert(ByteBuffer in, int inType, float[] out, int outType, int offset, int count) {
        long bytes = checkRange(out.length, offset, count, outType, Float.BYTES);
        run(
                in,
                (address, length, detail) -> Fundir.convert(
                        address, length, inType, out, (long) offset * Float.BYTES, bytes, outType, detail));
    }

    /**
     * Converts elements to F64 in an array.
     *
     * @param in a direct buffer, its remaining bytes a whole number of elements
     * @param inType the type of the elements in it
     * @param out takes the elements
     * @param offset where in {@code out} the first is written
     * @param count how many elements there are; {@code in} must hold exactly as many
     */
    public static void convert(ByteBuffer in, int inType, double[] out, int offset, int count) {
        convert(in, inType, out, F64, offset, count);
    }

    /**
     * Converts elements to a type of 64 bits, whose bits are put in an array: F64, or any other of that width.
     *
     * @param in a direct buffer, its remaining bytes a whole number of elements
     * @param inType the type of the elements in it
     * @param out takes the elements
     * @param outType a dtype code, of a type of 64 bits
     * @param offset where in {@code out} the first is written
     * @param count how many elements there are; {@code in} must hold exactly as many
     */
    public static void convert(ByteBuffer in, int inType, double[] out, int outType, int offset, int count) {
        long bytes = checkRange(out.length, offset, count, outType, Double.BYTES);
        run(
                in,
                (address, length, detail) -> Fundir.convert(
                        address, length, inType, out, (long) offset * Double.BYTES, bytes, outType, detail));
    }

    /**
     * Converts elements to I64 in an array.
     *
     * @param in a direct buffer, its remaining bytes a whole number of elements
     * @param inType the type of the elements in it
     * @param out takes the elements
     * @param offset where in {@code out} the first is written
     * @param count how many elements there are; {@code in} must hold exactly as many
     */
    public static void convert(ByteBuffer in, int inType, long[] out, int offset, int count) {
        convert(in, inType, out, I64, offset, count);
    }

    /**
     * Converts elements to a type of 64 bits, whose bits are put in an array: U64, for one, as the same bits.
     *
     * @param in a direct buffer, its remaining bytes a whole number of elements
     * @param inType the type of the elements in it
     * @param out takes the elements
     * @param outType a dtype code, of a type of 64 bits
     * @param offset where in {@code out} the first is written
     * @param count how many elements there are; {@code in} must hold exactly as many
     */
    public static void convert(ByteBuffer in, int inType, long[] out, int outType, int offset, int count) {
        long bytes = checkRange(out.length, offset, count, outType, Long.BYTES);
        run(
                in,
                (address, length, detail) -> Fundir.convert(
                        address, length, inType, out, (long) offset * Long.BYTES, bytes, outType, detail));
    }

    /**
     * Converts elements to I32 in an array.
     *
     * @param in a direct buffer, its remaining bytes a whole number of elements
     * @param inType the type of the elements in it
     * @param out takes the elements
     * @param offset where in {@code out} the first is written
     * @param count how many elements there are; {@code in} must hold exactly as many
     */
    public static void convert(ByteBuffer in, int inType, int[] out, int offset, int count) {
        convert(in, inType, out, I32, offset, count);
    }

    /**
     * Converts elements to a type of 32 bits, whose bits are put in an array: U32, for one, as the same bits.
     *
     * @param in a direct buffer, its remaining bytes a whole number of elements
     * @param inType the type of the elements in it
     * @param out takes the elements
     * @param outType a dtype code, of a type of 32 bits
     * @param offset where in {@code out} the first is written
     * @param count how many elements there are; {@code in} must hold exactly as many
     */
    public static void convert(ByteBuffer in, int inType, int[] out, int outType, int offset, int count) {
        long bytes = checkRange(out.length, offset, count, outType, Integer.BYTES);
        run(
                in,
                (address, length, detail) -> Fundir.convert(
                        address, length, inType, out, (long) offset * Integer.BYTES, bytes, outType, detail));
    }

    /**
     * Converts elements to I16 in an array.
     *
     * @param in a direct buffer, its remaining bytes a whole number of elements
     * @param inType the type of the elements in it
     * @param out takes the elements
     * @param offset where in {@code out} the first is written
     * @param count how many elements there are; {@code in} must hold exactly as many
     */
    public static void convert(ByteBuffer in, int inType, short[] out, int offset, int count) {
        convert(in, inType, out, I16, offset, count);
    }

    /**
     * Converts elements to a type of 16 bits, whose bits are put in an array: U16, F16 or BF16, for one, as the same
     * bits.
     *
     * @param in a direct buffer, its remaining bytes a whole number of elements
     * @param inType the type of the elements in it
     * @param out takes the elements
     * @param outType a dtype code, of a type of 16 bits
     * @param offset where in {@code out} the first is written
     * @param count how many elements there are; {@code in} must hold exactly as many
     */
    public static void convert(ByteBuffer in, int inType, short[] out, int outType, int offset, int count) {
        long bytes = checkRange(out.length, offset, count, outType, Short.BYTES);
        run(
                in,
                (address, length, detail) -> Fundir.convert(
                        address, length, inType, out, (long) offset * Short.BYTES, bytes, outType, detail));
    }

    /**
     * Converts elements to I8 in an array.
     *
     * @param in a direct buffer, its remaining bytes a whole number of elements
     * @param inType the type of the elements in it
     * @param out takes the elements
     * @param offset where in {@code out} the first is written
     * @param count how many elements there are; {@code in} must hold exactly as many
     */
    public static void convert(ByteBuffer in, int inType, byte[] out, int offset, int count) {
        convert(in, inType, out, I8, offset, count);
    }

    /**
     * Converts elements to a type of 8 bits, whose bits are put in an array: U8, BOOL or F8_E4M3, for one, as the same
     * bits.
     *
     * @param in a direct buffer, its remaining bytes a whole number of elements
     * @param inType the type of the elements in it
     * @param out takes the elements
     * @param outType a dtype code, of a type of 8 bits
     * @param offset where in {@code out} the first is written
     * @param count how many elements there are; {@code in} must hold exactly as many
     */
    public static void convert(ByteBuffer in, int inType, byte[] out, int outType, int offset, int count) {
        long bytes = checkRange(out.length, offset, count, outType, Byte.BYTES);
        run(
                in,
                (address, length, detail) -> Fundir.convert(
                        address, length, inType, out, (long) offset * Byte.BYTES, bytes, outType, detail));
    }

    /** Bytes of {@code count} elements of an array, all of which lie in it and are as wide as the type. */
    private static long checkRange(int length, int offset, int count, int outType, int width) {
        Objects.checkFromIndexSize(offset, count, length);
        int bits = outType < 0 || outType >= BITS.length ? 0 : BITS[outType];
        if (bits != width * Byte.SIZE) {
            throw new IllegalArgumentException("elements of type " + outType + " are not put in an array of "
                    + width * Byte.SIZE + "-bit elements: "
                    + (bits == 0 ? "there is no dtype of this code" : "they have " + bits + " bits"));
        }
        return (long) count * width;
    }

    /** A conversion of bytes at an address, with a detail record for its failure. */
    @FunctionalInterface
    private interface Conversion {
        int run(long address, long length, long detail);
    }

    private static void run(ByteBuffer in, Conversion conversion) {
        Call call = Call.take();
        try {
            call.check(Status.of(conversion.run(Core.input(in), in.remaining(), call.detailAddress())));
        } finally {
            Reference.reachabilityFence(in);
            Reference.reachabilityFence(call);
        }
        call.give();
    }
}
