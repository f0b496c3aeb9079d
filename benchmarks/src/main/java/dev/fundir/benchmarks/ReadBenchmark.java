package dev.fundir.benchmarks;

import dev.fundir.Checkpoint;
import dev.fundir.Tensor;
import java.io.IOException;
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

/** Finding the tensors of an open checkpoint, and reading their bytes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ReadBenchmark {
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
        file = LayeredFile.write(tensors);
        open = Checkpoint.open(file);
        names = open.names().toArray(String[]::new);
    }

    /** Deletes the file. */
    @TearDown(Level.Trial)
    public void delete() throws IOException {
        open.close();
        Files.delete(file);
    }

    /** Finds one tensor by its name. */
    @Benchmark
    public Tensor find() {
        return open.tensor(nextName());
    }

    /** Finds one tensor by its name, and reads its first byte. */
    @Benchmark
    public byte findAndTouch() {
        return open.tensor(nextName()).buffer().get(0);
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

    private String nextName() {
        next = (next + 1) % names.length;
        return names[next];
    }
}
