package dev.fundir.model;

import dev.fundir.DType;
import dev.fundir.TensorView;
import dev.fundir.internal.MappedFile;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/** A tensor whose elements were read from a text into a temporary file. Safe for many threads. */
final class ScratchTensor implements TensorView {
    private final MappedFile data;
    private final long begin;
    private final DeclaredParameter declared;

    ScratchTensor(MappedFile data, long begin, DeclaredParameter declared) {
        this.data = data;
        this.begin = begin;
        this.declared = declared;
    }

    @Override
    public DType dtype() {
        return declared.dtype();
    }

    @Override
    public long[] shape() {
        return declared.shape().clone();
    }

    @Override
    public void readBytes(long offset, ByteBuffer target) {
        Objects.checkFromIndexSize(offset, /* size= */ target.remaining(), /* length= */ declared.byteSize());
        data.read(begin + offset, target);
    }

    @Override
    public String toString() {
        return declared.name() + " " + declared.dtype() + " " + Arrays.toString(declared.shape());
    }
}
