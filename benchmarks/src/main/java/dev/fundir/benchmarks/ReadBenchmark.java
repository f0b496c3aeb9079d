package dev.fundir.benchmarks;

import dev.fundir.Checkpoint;
import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import dev.fundir.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Opening a checkpoint, finding its tensors, and reading their bytes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ReadBenchmark {
    private static final int TENSOR_BYTES = 256;

    /** Tensors in the file. */
    @Param({"300", "100000"})
    public int tensors;

    private Path file;
    private Checkpoint open;
    private String[] names;
    private int next;

    /** Writes the file and opens it. */
    @Setup(Level.Trial)
    public void write() throws IOException {
        file = Files.createTempFile("fundir-benchmark", ".safetensors");
        CheckpointWriter writer = CheckpointWriter.to(file);
        ByteBuffer data = ByteBuffer.allocateDirect(TENSOR_BYTES);
        for (int i = 0; i < tensors; i++) {
            writer.tensor("model.layers." + i + ".mlp.down_proj.weight", DType.BF16, new long[] {8, 16}, data);
        }
        writer.write();
        open = Checkpoint.open(file);
        names = open.names().toArray(String[]::new);
    }

    /** Deletes the file. */
    @TearDown(Level.Trial)
    public void delete() throws IOException {
        open.close();
        Files.delete(file);
    }

    /** Opens the file and closes it again. */
    @Benchmark
    public int open() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            return checkpoint.tensorCount();
        }
    }

    /** Finds one tensor by its name. */
    @Benchmark
    public Tensor find() {
        next = (next + 1) % names.length;
        return open.tensor(names[next]);
    }

    /** Reads every byte of every tensor, eight at a time. */
    @Benchmark
    public long readAll() {
        long sum = 0;
        for (Tensor tensor : open.tensorsInFileOrder()) {
            LongBuffer words = tensor.buffer().asLongBuffer();
            while (words.hasRemaining()) {
                sum += words.get();
            }
        }
        return sum;
    }
}
