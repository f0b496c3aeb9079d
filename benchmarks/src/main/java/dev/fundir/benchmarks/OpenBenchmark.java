package dev.fundir.benchmarks;

import dev.fundir.Checkpoint;
import dev.fundir.Tensor;
import java.io.IOException;
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

/**
 * Opening a file of many tensors and letting go of it again, beside other ways to do so.
 *
 * <p>Each opens the file, maps it, and reads and checks the header; mappings go when the garbage collector finds them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class OpenBenchmark {
    /** Tensors in the file. */
    @Param("100000")
    public int tensors;

    private Path file;
    private String name;

    /** Writes the file, and makes sure that all find the same in it. */
    @Setup(Level.Trial)
    public void write() throws IOException {
        file = LayeredFile.write(tensors);
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            name = checkpoint.names().get(tensors / 2);
        }
        if (fundir() != tensors || crate() != tensors || jackson() != tensors) {
            throw new IllegalStateException("they differ in how many tensors the file has");
        }
    }

    /** Deletes the file. */
    @TearDown(Level.Trial)
    public void delete() throws IOException {
        Files.delete(file);
    }

    /** fundir. */
    @Benchmark
    public int fundir() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            return checkpoint.tensorCount();
        }
    }

    /**
     * fundir with the first tensor found by its name, for which it makes a table that the others make when they open.
     */
    @Benchmark
    public Tensor fundirAndFirstFind() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            return checkpoint.tensor(name);
        }
    }

    /** The safetensors crate. */
    @Benchmark
    public int crate() throws IOException {
        return SafetensorsCrate.open(file);
    }

    /** Jackson's streaming parser. */
    @Benchmark
    public int jackson() throws IOException {
        return JacksonHeader.open(file).size();
    }
}
