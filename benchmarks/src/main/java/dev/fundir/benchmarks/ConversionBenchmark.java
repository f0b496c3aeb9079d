package dev.fundir.benchmarks;

import dev.fundir.BulkRead;
import dev.fundir.Checkpoint;
import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import dev.fundir.LoadedTensor;
import dev.fundir.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
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
 * BF16 and F16 elements read as floats, beside plain copies that move as many bytes: two bytes in and four bytes out
 * for an element are three bytes copied. So equal times are equal bytes per second.
 *
 * <p>What is read is a tensor that a bulk read has brought to memory, or one in a mapped file that is in the system's
 * cache; what is written is a {@code float[]} that was used before.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx1500m", "-XX:MaxDirectMemorySize=1g"})
public class ConversionBenchmark {
    /** Kilobytes moved, read and written together. */
    @Param({"240", "8000", "256000"})
    public int kilobytes;

    private int count;
    private LoadedTensor bf16;
    private LoadedTensor f16;
    private Path file;
    private Checkpoint checkpoint;
    private Tensor mappedBf16;
    private Tensor mappedF16;
    private float[] target;

    private float[] copied;
    private float[] copy;
    private FloatBuffer copiedBuffer;

    /** Makes elements of ordinary size, and the file. */
    @Setup(Level.Trial)
    public void prepare() throws IOException {
        count = kilobytes * 1000 / (Short.BYTES + Float.BYTES) / 8 * 8;
        Random random = new Random(3);
        ByteBuffer bytes = ByteBuffer.allocateDirect(count * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            bytes.putShort((short) (0x3C00 + random.nextInt(0x400) | random.nextInt(2) << 15));
        }
        bytes.flip();
        long[] shape = {count};
        file = Files.createTempFile("fundir-benchmark", ".safetensors");
        CheckpointWriter.to(file)
                .tensor("bf16", DType.BF16, shape, bytes)
                .tensor("f16", DType.F16, shape, bytes)
                .write();
        checkpoint = Checkpoint.open(file);
        mappedBf16 = checkpoint.tensor("bf16");
        mappedF16 = checkpoint.tensor("f16");
        Map<Tensor, LoadedTensor> loaded = BulkRead.standard().read(checkpoint);
        bf16 = loaded.get(mappedBf16);
        f16 = loaded.get(mappedF16);
        target = new float[count];
        copied = new float[count * 3 / 4];
        copy = new float[copied.length];
        copiedBuffer = ByteBuffer.allocateDirect(copied.length * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        copiedBuffer.duplicate().put(copied);
    }

    /** Deletes the file. */
    @TearDown(Level.Trial)
    public void delete() throws IOException {
        checkpoint.close();
        Files.delete(file);
    }

    /** A plain copy from array to array. */
    @Benchmark
    public float[] copyOfAnArray() {
        System.arraycopy(copied, 0, copy, 0, copy.length);
        return copy;
    }

    /** A plain copy from memory outside the heap to an array. */
    @Benchmark
    public float[] copyOfABuffer() {
        copiedBuffer.get(0, copy);
        return copy;
    }

    /** BF16 in memory. */
    @Benchmark
    public float[] bf16() {
        bf16.read(0, target, 0, count);
        return target;
    }

    /** F16 in memory. */
    @Benchmark
    public float[] f16() {
        f16.read(0, target, 0, count);
        return target;
    }

    /** BF16 in a mapped file. */
    @Benchmark
    public float[] bf16Mapped() {
        mappedBf16.read(0, target, 0, count);
        return target;
    }

    /** F16 in a mapped file. */
    @Benchmark
    public float[] f16Mapped() {
        mappedF16.read(0, target, 0, count);
        return target;
    }
}
