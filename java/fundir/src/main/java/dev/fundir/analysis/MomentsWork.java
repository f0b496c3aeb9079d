package dev.fundir.analysis;

import dev.fundir.TensorView;
import dev.fundir.ffi.ElementBlocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Function;

/** The first pass: statistics. */
final class MomentsWork implements BlockWork {
    private final TensorView view;
    private final BlockRanges ranges;
    private final Moments[] blocks;
    private final Function<TensorStatistics, Optional<BlockWork>> then;

    /** Statistics of a tensor, and what is to be done when they are known. */
    MomentsWork(TensorView view, Function<TensorStatistics, Optional<BlockWork>> then) {
        this.view = view;
        this.then = then;
        ranges = BlockRanges.of(view);
        blocks = new Moments[ranges.count()];
    }

    @Override
    public int blockCount() {
        return blocks.length;
    }

    @Override
    public long byteSize() {
        return view.byteSize();
    }

    @Override
    public IOException cut(InternalError cause) {
        return BlockMemory.cut(view, cause);
    }

    @Override
    public void run(int block, BlockMemory memory) throws IOException {
        ByteBuffer record = memory.record(ElementBlocks.MOMENTS_SIZE);
        ElementBlocks.moments(
                memory.elements(view, ranges, block),
                ElementType.of(view).dtype().code(),
                record);
        blocks[block] = Moments.read(record);
    }

    @Override
    public Optional<BlockWork> finish() {
        Moments all = Moments.NONE;
        for (Moments block : blocks) {
            all = all.plus(block);
        }
        return then.apply(all.statistics());
    }
}
