package dev.fundir;

import dev.fundir.internal.ByteRuns;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * A part of a view: what {@link Slice}s take along its dimensions. Elements are gathered in row-major order of the
 * slice; where they lie together already, nothing is gathered and {@link #buffer()} copies nothing that the view behind
 * the slice would not copy.
 */
public final class TensorSlice implements TensorView {
    private final TensorView base;
    private final long start;
    private final long[] shape;
    private final long[] strides;
    private final ByteRuns runs;

    private TensorSlice(TensorView base, long start, long[] shape, long[] strides) {
        this.base = base;
        this.start = start;
        this.shape = shape;
        this.strides = strides;
        this.runs = ByteRuns.of(base.dtype().bits(), start, shape, strides);
    }

    static TensorSlice of(TensorView base, Slice... slices) {
        long[] shape = base.shape();
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        return of(base, 0, shape, strides, slices);
    }

    private static TensorSlice of(TensorView base, long start, long[] extents, long[] strides, Slice... slices) {
        if (slices.length > extents.length) {
            throw new IndexOutOfBoundsException(
                    slices.length + " slices for the " + extents.length + " dimensions of " + base);
        }
        long first = start;
        int rank = 0;
        long[] shape = new long[extents.length];
        long[] steps = new long[extents.length];
        for (int axis = 0; axis < extents.length; axis++) {
            Slice slice = (axis < slices.length ? slices[axis] : Slice.all()).within(axis, extents[axis]);
            first += slice.from() * strides[axis];
            if (!slice.drops()) {
                shape[rank] = slice.count();
                steps[rank] = slice.step() * strides[axis];
                rank++;
            }
        }
        return new TensorSlice(base, first, Arrays.copyOf(shape, rank), Arrays.copyOf(steps, rank));
    }

    @Override
    public DType dtype() {
        return base.dtype();
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    /**
     * Whether the elements lie together, in their order, in the view behind the slice.
     *
     * @return true when nothing has to be gathered
     */
    public boolean isContiguous() {
        return runs.isOne();
    }

    @Override
    public void readBytes(long offset, ByteBuffer target) {
        Objects.checkFromIndexSize(offset, /* size= */ target.remaining(), /* length= */ byteSize());
        runs.read(base::readBytes, offset, target);
    }

    @Override
    public ByteBuffer buffer(long offset, long length) {
        Objects.checkFromIndexSize(offset, /* size= */ length, /* length= */ byteSize());
        return isContiguous() ? base.buffer(runs.start() + offset, length) : TensorView.super.buffer(offset, length);
    }

    /** A slice of the slice, which gathers from the same view as this one. */
    @Override
    public TensorSlice slice(Slice... slices) {
        return of(base, start, shape, strides, slices);
    }

    /**
     * The dtype and shape, and what it is a slice of.
     *
     * @return such as {@code slice BF16 [2, 8] of model.norm.weight BF16 [16, 8]}
     */
    @Override
    public String toString() {
        return "slice " + dtype() + " " + Arrays.toString(shape) + " of " + base;
    }
}
