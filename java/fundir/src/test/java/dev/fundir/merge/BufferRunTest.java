package dev.fundir.merge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors made one by one out of buffers. */
class BufferRunTest {
    @TempDir
    Path folder;

    @Test
    void tensorsMadeApartAreThoseOfTheWholeRun() throws IOException {
        MergePlan plan = plan().plan(folder.resolve("out.safetensors"));
        List<PlanEntry> entries = new ArrayList<>(plan.entries());
        Collections.reverse(entries);
        try (MergeResult whole = plan.run()) {
            Checkpoint checkpoint = whole.checkpoint();
            for (PlanEntry entry : entries) {
                List<ByteBuffer> inputs = new ArrayList<>();
                for (PlanInput input : entry.inputs()) {
                    inputs.add(read(input));
                }
                ByteBuffer output = ByteBuffer.allocateDirect((int) entry.byteSize());
                plan.run(entry, inputs, output);
                assertEquals(0, output.position());
                assertArrayEquals(bytes(checkpoint.tensor(entry.name()).buffer()), bytes(output), entry.name());
            }
        }
    }

    @Test
    void buffersHaveToFit() throws IOException {
        MergePlan plan = plan().plan(folder.resolve("out.safetensors"));
        PlanEntry entry = plan.entries().get(0);
        List<ByteBuffer> inputs = new ArrayList<>();
        for (PlanInput input : entry.inputs()) {
            inputs.add(read(input));
        }
        int size = (int) entry.byteSize();
        refused(plan, entry, inputs.subList(1, 3), ByteBuffer.allocateDirect(size), "has 3 inputs, but 2 buffers");
        refused(plan, entry, inputs, ByteBuffer.allocate(size), "is a heap buffer");
        refused(plan, entry, inputs, ByteBuffer.allocateDirect(size + 1), "bytes, expected a direct one with " + size);
        refused(plan, entry, inputs, ByteBuffer.allocateDirect(size).asReadOnlyBuffer(), "read-only");
        MergePlan drawn = plan().rng(RandomGenerator.MT19937).plan(folder.resolve("out.safetensors"));
        assertThrows(
                IllegalStateException.class,
                () -> drawn.run(drawn.entries().get(0), inputs, ByteBuffer.allocateDirect(size)));
    }

    private static void refused(
            MergePlan plan, PlanEntry entry, List<ByteBuffer> inputs, ByteBuffer output, String said) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> plan.run(entry, inputs, output));
        assertTrue(e.getMessage().contains(said), e.getMessage());
    }

    private Merge plan() throws IOException {
        Merge merge = Merge.method("dare_ties")
                .parameter("density", 0.5)
                .parameter("weight", 0.5)
                .seed(7);
        for (int model = 0; model < 3; model++) {
            float[] values = new float[1000];
            for (int i = 0; i < values.length; i++) {
                values[i] = i % 17 + model * (i % 5);
            }
            Path file = SampleCheckpoint.at(folder.resolve(model + ".safetensors"))
                    .f32("v", values)
                    .f32("w", 1, 2 + model, 3)
                    .write();
            merge = model == 0 ? merge.base(file) : merge.model(file);
        }
        return merge;
    }

    private static ByteBuffer read(PlanInput input) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) input.byteSize());
        try (FileChannel channel = FileChannel.open(input.file())) {
            while (buffer.hasRemaining()) {
                channel.read(buffer, input.offset() + buffer.position());
            }
        }
        return buffer.flip();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
