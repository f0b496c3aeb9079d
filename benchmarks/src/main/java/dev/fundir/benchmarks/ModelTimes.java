package dev.fundir.benchmarks;

import dev.fundir.DType;
import dev.fundir.TensorView;
import dev.fundir.model.Model;
import dev.fundir.model.ModelMetadata;
import dev.fundir.model.Models;
import dev.fundir.model.Parameter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Saves or loads one model and prints how long it took, or compares two models bit by bit;
 * {@code scripts/measure-models} runs each in a JVM of its own.
 *
 * <p>Arguments: {@code make FILE MEGABYTES}, {@code save FROM TO}, {@code load FILE}, {@code compare FILE FILE}.
 */
public final class ModelTimes {
    /** Elements of a tensor: a matrix of 4096 rows. */
    private static final int ROWS = 4096;

    private static final int COLUMNS = 1024;

    private static final int BLOCK = 1 << 20;

    private ModelTimes() {}

    /** Runs one of the steps. */
    public static void main(String[] arguments) throws IOException {
        Path first = Path.of(arguments[1]);
        long begin = System.nanoTime();
        switch (arguments[0]) {
            case "make" -> Models.save(model(Integer.parseInt(arguments[2])), first);
            case "save" -> {
                Model model = Models.load(first);
                begin = System.nanoTime();
                Models.save(model, Path.of(arguments[2]));
            }
            case "load" -> touch(Models.load(first));
            case "compare" -> compare(Models.load(first), Models.load(Path.of(arguments[2])));
            default -> throw new IllegalArgumentException("no step is called " + arguments[0]);
        }
        System.out.printf("%.3f%n", (System.nanoTime() - begin) / 1e9);
    }

    /** An F32 model with the spread of trained weights, of about this many megabytes. */
    private static Model model(int megabytes) {
        List<Parameter> parameters = new ArrayList<>();
        long size = (long) ROWS * COLUMNS * Float.BYTES;
        for (int i = 0; i < Math.max(1, Math.round(megabytes * 1e6 / size)); i++) {
            parameters.add(new Parameter("model.layers." + i + ".mlp.up_proj.weight", new Weights(i)));
        }
        return new Model(new ModelMetadata("measured", "llama"), parameters);
    }

    /** Every page of the elements is read, as what is mapped is only then loaded. */
    private static void touch(Model model) {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        for (Parameter parameter : model.parameters()) {
            TensorView tensor = parameter.tensor();
            for (long offset = 0; offset < tensor.byteSize(); offset += block.limit()) {
                block.clear().limit((int) Math.min(BLOCK, tensor.byteSize() - offset));
                tensor.readBytes(offset, block);
            }
        }
    }

    private static void compare(Model model, Model other) throws IOException {
        if (model.parameters().size() != other.parameters().size()) {
            throw new IOException("the models have different numbers of parameters");
        }
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        ByteBuffer otherBlock = ByteBuffer.allocateDirect(BLOCK);
        for (Parameter parameter : model.parameters()) {
            TensorView tensor = parameter.tensor();
            TensorView same = other.parameter(parameter.name()).tensor();
            for (long offset = 0; offset < tensor.byteSize(); offset += block.limit()) {
                int length = (int) Math.min(BLOCK, tensor.byteSize() - offset);
                tensor.readBytes(offset, block.clear().limit(length));
                same.readBytes(offset, otherBlock.clear().limit(length));
                if (!block.flip().equals(otherBlock.flip())) {
                    throw new IOException(parameter.name() + " differs in the bytes from " + offset + " on");
                }
            }
        }
    }

    /** A matrix whose elements are made when they are asked for. */
    private record Weights(int seed) implements TensorView {
        @Override
        public DType dtype() {
            return DType.F32;
        }

        @Override
        public long[] shape() {
            return new long[] {ROWS, COLUMNS};
        }

        @Override
        public void readBytes(long offset, ByteBuffer target) {
            // Each element depends on its place alone, whatever the ranges are.
            ByteBuffer out = target.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            for (long at = offset / Float.BYTES; out.hasRemaining(); at++) {
                long bits = mixed((seed + 1L) << 32 | at);
                out.putFloat(((int) bits + (float) (int) (bits >>> 32)) * 1e-11f);
            }
            target.position(target.limit());
        }

        /** Evenly distributed bits: the finalizer of SplitMix64. */
        private static long mixed(long number) {
            long bits = number * 0x9E3779B97F4A7C15L;
            bits = (bits ^ bits >>> 30) * 0xBF58476D1CE4E5B9L;
            bits = (bits ^ bits >>> 27) * 0x94D049BB133111EBL;
            return bits ^ bits >>> 31;
        }
    }
}
