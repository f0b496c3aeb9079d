package dev.fundir.merge;

import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** Writes small checkpoints for tests. */
final class SampleCheckpoint {
    private final CheckpointWriter writer;
    private final Path file;

    private SampleCheckpoint(Path file) {
        this.file = file;
        writer = CheckpointWriter.to(file);
    }

    static SampleCheckpoint at(Path file) {
        return new SampleCheckpoint(file);
    }

    SampleCheckpoint metadata(String key, String value) {
        writer.metadata(key, value);
        return this;
    }

    SampleCheckpoint f32(String name, float... values) {
        return f32(name, new long[] {values.length}, values);
    }

    SampleCheckpoint f32(String name, long[] shape, float... values) {
        ByteBuffer bytes = bytes(values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        writer.tensor(name, DType.F32, shape, bytes);
        return this;
    }

    SampleCheckpoint f64(String name, double... values) {
        ByteBuffer bytes = bytes(values.length * Double.BYTES);
        bytes.asDoubleBuffer().put(values);
        writer.tensor(name, DType.F64, new long[] {values.length}, bytes);
        return this;
    }

    /** The upper halves of floats, which have to be all that is in them. */
    SampleCheckpoint bf16(String name, float... values) {
        ByteBuffer bytes = bytes(values.length * Short.BYTES);
        for (float value : values) {
            bytes.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
        }
        writer.tensor(name, DType.BF16, new long[] {values.length}, bytes.flip());
        return this;
    }

    SampleCheckpoint i64(String name, long... values) {
        ByteBuffer bytes = bytes(values.length * Long.BYTES);
        bytes.asLongBuffer().put(values);
        writer.tensor(name, DType.I64, new long[] {values.length}, bytes);
        return this;
    }

    Path write() throws IOException {
        writer.write();
        return file;
    }

    private static ByteBuffer bytes(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
