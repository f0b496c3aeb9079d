package dev.fundir.model;

import dev.fundir.DType;

/** What a text says of a parameter; its numbers stand elsewhere in it. The shape's size does not overflow. */
record DeclaredParameter(String name, DType dtype, long[] shape, boolean requiresGrad) {
    /** Numbers that its elements are in a text: a complex one is two. */
    long numbers() {
        return elements() * (dtype == DType.C64 ? 2 : 1);
    }

    long byteSize() {
        return dtype.byteSize(elements());
    }

    private long elements() {
        long count = 1;
        for (long extent : shape) {
            count *= extent;
        }
        return count;
    }
}
