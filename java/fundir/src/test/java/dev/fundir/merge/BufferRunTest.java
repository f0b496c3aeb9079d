package dev.fundir.merge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.Checkpoint;
import dev.fundir.CheckpointWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
                ByteBuffer output = made(plan, entry);
                assertArrayEquals(bytes(checkpoint.tensor(entry.name()).buffer()), bytes(output), entry.name());
            }
        }
    }

    @Test
    void entriesOfThreeMachinesMakeTheFilesOfOneRun() throws IOException {
        Path one = Files.createDirectory(folder.resolve("one")).resolve("out.safetensors");
        Path three = Files.createDirectory(folder.resolve("three")).resolve("out.safetensors");
        plan().shardSize(4000).plan(one).run().close();
        Map<String, ByteBuffer> sent = new HashMap<>();
        for (int machine = 0; machine < 3; machine++) {
            MergePlan plan = plan().shardSize(4000).plan(three);
            for (int i = machine; i < plan.entries().size(); i += 3) {
                PlanEntry entry = plan.entries().get(i);
                sent.put(entry.name(), made(plan, entry));
            }
        }
        MergePlan plan = plan().shardSize(4000).plan(three);
        Map<Path, CheckpointWriter> writers = new LinkedHashMap<>();
        for (PlanEntry entry : plan.entries()) {
            CheckpointWriter writer = writers.computeIfAbsent(entry.file(), file -> {
                CheckpointWriter fresh = CheckpointWriter.to(file);
                plan.metadata().forEach(fresh::metadata);
                return fresh;
            });
            long[] shape = entry.shape().stream().mapToLong(Long::longValue).toArray();
            writer.tensor(entry.name(), entry.dtype(), shape, sent.get(entry.name()));
        }
        assertEquals(2, writers.size());
        for (CheckpointWriter writer : writers.values()) {
            writer.write();
        }
        for (Path file : writers.keySet()) {
            assertArrayEquals(
                    Files.readAllBytes(one.resolveSibling(file.getFileName())),
                    Files.readAllBytes(file),
                    file.toString());
        }
    }

    @Test
    void onlyTensorsThatDrawNeedAGeneratorThatKnowsThem() throws IOException {
        MergePlan whole = plan("ties").rng(RandomGenerator.MT19937).plan(folder.resolve("out.safetensors"));
        try (MergeResult result = whole.run()) {
            PlanEntry entry = whole.entries().get(0);
            assertArrayEquals(bytes(result.checkpoint().tensor(entry.name()).buffer()), bytes(made(whole, entry)));
        }
        MergePlan drawn = plan().rng(RandomGenerator.MT19937).plan(folder.resolve("drawn.safetensors"));
        PlanEntry entry = drawn.entries().get(0);
        assertThrows(IllegalStateException.class, () -> made(drawn, entry));
    }

    @Test
    void whatIsNoNumberIsCounted() throws IOException {
        Path a = SampleCheckpoint.at(folder.resolve("a.safetensors"))
                .f32("w", 1, Float.NaN, Float.POSITIVE_INFINITY, Float.NaN)
                .write();
        MergePlan plan = Merge.method("average").model(a).model(a).plan(folder.resolve("out.safetensors"));
        PlanEntry entry = plan.entries().get(0);
        List<ByteBuffer> inputs = inputs(entry);
        ByteBuffer output = ByteBuffer.allocateDirect((int) entry.byteSize());
        assertEquals(new TensorResult(4, 2), plan.run(entry, inputs, output));
    }

    @Test
    void entriesOfOtherPlansAreRefused() throws IOException {
        MergePlan plan = plan().plan(folder.resolve("out.safetensors"));
        PlanEntry other =
                plan("ties").plan(folder.resolve("out.safetensors")).entries().get(0);
        ByteBuffer output = ByteBuffer.allocateDirect((int) other.byteSize());
        refused(plan, other, inputs(other), output, "is none of this plan");
        MergePlan same = plan().plan(folder.resolve("out.safetensors"));
        plan.run(same.entries().get(0), inputs(other), output);
    }

    @Test
    void buffersHaveToFit() throws IOException {
        MergePlan plan = plan().plan(folder.resolve("out.safetensors"));
        PlanEntry entry = plan.entries().get(0);
        List<ByteBuffer> inputs = inputs(entry);
        int size = (int) entry.byteSize();
        refused(plan, entry, inputs.subList(1, 3), ByteBuffer.allocateDirect(size), "has 3 inputs, but 2 buffers");
        refused(plan, entry, inputs, ByteBuffer.allocate(size), "is a heap buffer");
        refused(plan, entry, inputs, ByteBuffer.allocateDirect(size + 1), "bytes, expected a direct one with " + size);
        refused(plan, entry, inputs, ByteBuffer.allocateDirect(size).asReadOnlyBuffer(), "read-only");
    }

    private static void refused(
            MergePlan plan, PlanEntry entry, List<ByteBuffer> inputs, ByteBuffer output, String said) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> plan.run(entry, inputs, output));
        assertTrue(e.getMessage().contains(said), e.getMessage());
    }

    private static ByteBuffer made(MergePlan plan, PlanEntry entry) throws IOException {
        ByteBuffer output = ByteBuffer.allocateDirect((int) entry.byteSize());
        plan.run(entry, inputs(entry), output);
        assertEquals(0, output.position());
        return output;
    }

    private static List<ByteBuffer> inputs(PlanEntry entry) throws IOException {
        List<ByteBuffer> inputs = new ArrayList<>();
        for (PlanInput input : entry.inputs()) {
            inputs.add(read(input));
        }
        return inputs;
    }

    private Merge plan() throws IOException {
        return plan("dare_ties");
    }

    private Merge plan(String method) throws IOException {
        Merge merge = Merge.method(method)
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
