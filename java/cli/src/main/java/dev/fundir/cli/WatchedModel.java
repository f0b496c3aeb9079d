package dev.fundir.cli;

import dev.fundir.DType;
import dev.fundir.TensorView;
import dev.fundir.model.Model;
import dev.fundir.model.Parameter;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/** A model that tells how much of it has been read. */
final class WatchedModel {
    /** Told often enough for a line that people look at. */
    private static final long NANOSECONDS_BETWEEN = 50_000_000;

    private final Consumer<Progress> watcher;
    private final long bytesTotal;
    private final int tensorsTotal;
    private final long begin = System.nanoTime();

    private long bytesDone;
    private long tensorsDone;
    private long told = begin;

    private WatchedModel(Model model, Consumer<Progress> watcher) {
        this.watcher = watcher;
        tensorsTotal = model.parameters().size();
        bytesTotal = model.parameters().stream()
                .mapToLong(parameter -> parameter.tensor().byteSize())
                .sum();
    }

    /** The model; whoever reads its tensors, each once, has the watcher told. */
    static Model of(Model model, Consumer<Progress> watcher) {
        WatchedModel watched = new WatchedModel(model, watcher);
        List<Parameter> parameters = model.parameters().stream()
                .map(each -> new Parameter(each.name(), watched.new View(each.tensor()), each.requiresGrad()))
                .toList();
        return new Model(model.metadata(), parameters);
    }

    private synchronized void add(long bytes, boolean completes) {
        bytesDone += bytes;
        tensorsDone += completes ? 1 : 0;
        long now = System.nanoTime();
        if (now - told >= NANOSECONDS_BETWEEN) {
            told = now;
            watcher.accept(new Progress(bytesDone, bytesTotal, tensorsDone, tensorsTotal, (now - begin) / 1e9));
        }
    }

    private final class View implements TensorView {
        private final TensorView tensor;

        View(TensorView tensor) {
            this.tensor = tensor;
        }

        @Override
        public DType dtype() {
            return tensor.dtype();
        }

        @Override
        public long[] shape() {
            return tensor.shape();
        }

        @Override
        public void readBytes(long offset, ByteBuffer target) {
            long bytes = target.remaining();
            tensor.readBytes(offset, target);
            add(bytes, offset + bytes == tensor.byteSize());
        }

        @Override
        public String toString() {
            return tensor.toString();
        }
    }
}
