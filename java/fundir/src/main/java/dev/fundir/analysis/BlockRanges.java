package dev.fundir.analysis;

import dev.fundir.TensorView;
import dev.fundir.ffi.ElementBlocks;

/**
 * How a tensor is cut to blocks, which does not depend on who works on them.
 *
 * @param elements numbers of the tensor
 * @param perBlock numbers of each block but the last
 */
record BlockRanges(long elements, int perBlock) {
    /** The most bytes of a block of a tensor: few enough for the cache, and many for one call. */
    static final int MOST_BYTES = 1 << 20;

    /** Blocks begin at multiples of so many elements, which fill whole bytes whatever their dtype. */
    private static final int UNIT = 1 << 16;

    /** Blocks of a tensor: as large as they may be. */
    static BlockRanges of(TensorView view) {
        long fitting =
                Byte.SIZE * (long) MOST_BYTES / ElementType.of(view).dtype().bits();
        long most = Math.min(fitting, ElementBlocks.MOST_ELEMENTS) / UNIT * UNIT;
        return new BlockRanges(ElementType.count(view), Math.toIntExact(most));
    }

    /** Blocks of two tensors of as many numbers: the same for each dtype. */
    static BlockRanges ofBoth(TensorView a) {
        return new BlockRanges(ElementType.count(a), UNIT);
    }

    /** How many blocks there are. */
    int count() {
        return Math.toIntExact((elements + perBlock - 1) / perBlock);
    }

    /** The number of a block's first element. */
    long first(int block) {
        return (long) block * perBlock;
    }

    /** How many elements a block has. */
    int length(int block) {
        return (int) Math.min(perBlock, elements - first(block));
    }
}
