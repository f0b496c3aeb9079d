package dev.fundir.merge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.Checkpoint;
import dev.fundir.CheckpointFormatException;
import dev.fundir.DType;
import dev.fundir.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans that run: what they leave behind, and what they do not. */
class MergeRunTest {
    @TempDir
    Path folder;

    @Test
    void mergesAndOpensTheResult() throws IOException {
        Path a = model("a").f32("w", 1, 2, 3).write();
        Path b = model("b").f32("w", 3, 4, 8).write();
        try (MergeResult result = Merge.method("linear")
                .model(a)
                .model(b)
                .perModel("weight", List.of(0.25, 0.75))
                .plan(out())
                .run()) {
            assertArrayEquals(
                    new float[] {2.5f, 3.5f, 6.75f}, floats(result.checkpoint().tensor("w")));
            assertEquals(List.of(out()), result.outputs());
            assertEquals(1, result.tensorsMerged());
            assertEquals(0, result.tensorsCopied());
            assertEquals(12, result.bytesWritten());
            boolean tells = Files.exists(Path.of("/proc/self/status"));
            assertEquals(tells, result.peakMemoryBytes() > 1 << 20, "a JVM takes more than a megabyte");
        }
        assertEquals(Set.of("a.safetensors", "b.safetensors", "out.safetensors"), files());
    }

    @Test
    void metadataTellsHowItWasMade() throws IOException {
        Path a = model("a")
                .metadata("architecture", "tiny")
                .metadata("version", "2.1")
                .f32("w", 1)
                .write();
        try (MergeResult result = Merge.method("average")
                .model(a)
                .model(a)
                .seed(-1)
                .metadata("author", "me")
                .metadata("name", "mine")
                .plan(out())
                .run()) {
            var metadata = result.checkpoint().metadata();
            assertEquals("pt", metadata.get("format"));
            assertEquals("Average", metadata.get("merge_method"));
            assertEquals("1", metadata.get("tensor_count"));
            assertEquals("18446744073709551615", metadata.get("seed"));
            assertEquals("philox", metadata.get("rng"));
            assertEquals("tiny", metadata.get("architecture"));
            assertEquals("2.1", metadata.get("version"));
            assertEquals("me", metadata.get("author"));
            assertEquals("mine", metadata.get("name"));
            assertTrue(metadata.get("fundir_version").matches("\\d+\\.\\d+\\.\\d+.*"), metadata.toString());
        }
    }

    @Test
    void zeroWeightsGiveTheOtherModelBitForBit() throws IOException {
        float[] odd = {-0.0f, Float.MIN_VALUE, Float.MAX_VALUE, 1e-40f, Float.intBitsToFloat(0x7FC12345)};
        Path a = model("a").f32("w", odd).write();
        Path b = model("b").f32("w", 1, 2, 3, 4, 5).write();
        try (MergeResult result = Merge.method("linear")
                .model(a)
                .model(b)
                .perModel("weight", List.of(1, 0))
                .plan(out())
                .run()) {
            int[] expected = new int[odd.length];
            int[] found = new int[odd.length];
            var bits = result.checkpoint().tensor("w").buffer().asIntBuffer();
            for (int i = 0; i < odd.length; i++) {
                expected[i] = Float.floatToRawIntBits(odd[i]);
                found[i] = bits.get(i);
            }
            assertArrayEquals(expected, found);
        }
    }

    @Test
    void singleTensorsAreConvertedToTheOutputDType() throws IOException {
        Path a = model("a").f32("both", 1).f32("one", 1.5f, -2).write();
        Path b = model("b").f32("both", 3).write();
        try (MergeResult result = Merge.method("average")
                .model(a)
                .model(b)
                .missing(Missing.AVAILABLE)
                .outputDType(DType.F64)
                .plan(out())
                .run()) {
            Tensor one = result.checkpoint().tensor("one");
            assertEquals(DType.F64, one.dtype());
            assertEquals(-2, one.buffer().asDoubleBuffer().get(1));
        }
    }

    @Test
    void shardsOpenAsOneCheckpoint() throws IOException {
        Path a = model("a").f32("v", 1, 2).f32("w", 3, 4).i64("ids", 7).write();
        Path out = folder.resolve("out");
        try (MergeResult result =
                Merge.method("average").model(a).model(a).shardSize(8).plan(out).run()) {
            assertEquals(3, result.checkpoint().files().size());
        }
        try (Checkpoint checkpoint = Checkpoint.open(out)) {
            assertEquals(List.of("ids", "v", "w"), checkpoint.names());
            assertArrayEquals(new float[] {3, 4}, floats(checkpoint.tensor("w")));
        }
    }

    @Test
    void integersThatDifferAreNamed() throws IOException {
        Path a = model("a").f32("w", 1).i64("ids", 1, 2).write();
        Path b = model("b").f32("w", 1).i64("ids", 1, 3).write();
        MergePlan plan = Merge.method("average").model(a).model(b).plan(out());
        MergeException e = assertThrows(MergeException.class, plan::run);
        assertEquals(Set.of(MergeException.Kind.NON_FLOAT), e.kinds());
        assertTrue(e.getMessage().contains("ids"), e.getMessage());
        assertEquals(Set.of("a.safetensors", "b.safetensors"), files());
    }

    @Test
    void overwritingReplacesShardsOfAnEarlierOutput() throws IOException {
        Path a = model("a").f32("v", 1, 2).f32("w", 3, 4).write();
        Path out = folder.resolve("out");
        Merge merge = Merge.method("average").model(a).model(a).overwrite(true);
        merge.shardSize(8).plan(out).run().close();
        Files.writeString(out.resolve("notes.txt"), "mine");
        merge.shardSize(1000).plan(out).run().close();
        assertEquals(Set.of("model.safetensors", "notes.txt", "mergekit_config.yml", "README.md"), names(out));
        try (Checkpoint checkpoint = Checkpoint.open(out)) {
            assertEquals(2, checkpoint.tensorCount());
        }
    }

    @Test
    void configurationComesAlongWithTheDTypeThatWasAsked() throws IOException {
        Path base = Files.createDirectory(folder.resolve("base"));
        SampleCheckpoint.at(base.resolve("model.safetensors")).f32("w", 1).write();
        Files.writeString(
                base.resolve("config.json"),
                "{\n \"architectures\": [\"LlamaForCausalLM\"], \"torch_dtype\": \"float32\",\n \"x\": {\"dtype\": 1}}\n");
        Files.writeString(base.resolve("tokenizer.json"), "{}");
        Files.writeString(base.resolve("vocab.txt"), "a");
        Files.writeString(base.resolve("README.md"), "no");
        Path out = folder.resolve("out");
        try (MergeResult result = Merge.method("average")
                .model(base)
                .model(base)
                .outputDType(DType.BF16)
                .plan(out)
                .run()) {
            assertEquals("LlamaForCausalLM", result.checkpoint().metadata().get("architecture"));
            assertEquals("out", result.checkpoint().metadata().get("name"));
        }
        assertEquals(
                Set.of(
                        "model.safetensors",
                        "config.json",
                        "tokenizer.json",
                        "vocab.txt",
                        "mergekit_config.yml",
                        "README.md"),
                names(out));
        assertTrue(Files.readString(out.resolve("README.md")).startsWith("---"), "the card is that of the merge");
        assertEquals(
                "{\n \"architectures\": [\"LlamaForCausalLM\"], \"torch_dtype\": \"bfloat16\",\n \"x\": {\"dtype\": 1}}\n",
                Files.readString(out.resolve("config.json")));
    }

    @Test
    void listenerHearsHowFarItIsAndThatItIsDone() throws IOException {
        Path a = model("a").f32("w", new float[100_000]).write();
        List<MergeProgress> heard = new ArrayList<>();
        Merge.method("average").model(a).model(a).plan(out()).run(heard::add).close();
        MergeProgress last = heard.get(heard.size() - 1);
        assertEquals(400_000, last.bytesDone());
        assertEquals(400_000, last.bytesTotal());
        assertEquals(1, last.tensorsDone());
        assertEquals(1, last.fraction());
        assertEquals(0, last.secondsLeft());
    }

    @Test
    void exceptionOfTheListenerCancelsAndComesOut() throws IOException {
        Path a = model("a").f32("w", new float[1_000_000]).write();
        Files.writeString(out(), "old");
        MergePlan plan =
                Merge.method("average").model(a).model(a).overwrite(true).plan(out());
        IllegalStateException mine = new IllegalStateException("enough");
        assertEquals(
                mine,
                assertThrows(
                        IllegalStateException.class,
                        () -> plan.run(progress -> {
                            throw mine;
                        })));
        assertEquals("old", Files.readString(out()));
        assertEquals(Set.of("a.safetensors", "out.safetensors"), files());
    }

    @Test
    void interruptionCancels() throws IOException {
        Path a = model("a").f32("w", new float[1_000_000]).write();
        MergePlan plan = Merge.method("average")
                .model(a)
                .model(a)
                .plan(folder.resolve("new").resolve("out"));
        Thread.currentThread().interrupt();
        assertThrows(CancellationException.class, plan::run);
        assertTrue(Thread.interrupted());
        assertEquals(Set.of("a.safetensors"), files());
    }

    @Test
    void inputCutShortIsNamedAndNothingIsLeft() throws IOException {
        Path a = model("a").f32("w", new float[1000]).write();
        Path b = model("b").f32("w", new float[1000]).write();
        MergePlan plan = Merge.method("average").model(a).model(b).plan(folder.resolve("out"));
        try (FileChannel channel = FileChannel.open(b, StandardOpenOption.WRITE)) {
            channel.truncate(2000);
        }
        CheckpointFormatException e = assertThrows(CheckpointFormatException.class, plan::run);
        assertEquals(b, e.file());
        assertFalse(Files.exists(folder.resolve("out")));
    }

    @Test
    void inputTruncatedWhileItIsReadIsNamed() throws IOException {
        float[] much = new float[16_000_000];
        Path a = model("a").f32("w", much).write();
        Path b = model("b").f32("w", much).write();
        // One thread and a generator that is drawn in sequence: it is at work when the first progress is heard.
        MergePlan plan = Merge.method("dare_ties")
                .base(a)
                .model(b)
                .parameter("weight", 1)
                .parameter("density", 0.5)
                .rng(RandomGenerator.MT19937)
                .threads(1)
                .plan(out());
        CheckpointFormatException e =
                assertThrows(CheckpointFormatException.class, () -> plan.run(progress -> truncate(b, 1_000_000)));
        assertEquals(b, e.file());
        assertEquals(Set.of("a.safetensors", "b.safetensors"), files());
    }

    @Test
    void planRunsAgain() throws IOException {
        Path a = model("a").f32("w", 1, 2).write();
        MergePlan plan = Merge.method("average").model(a).model(a).plan(out());
        plan.run().close();
        byte[] first = Files.readAllBytes(out());
        plan.run().close();
        assertArrayEquals(first, Files.readAllBytes(out()));
    }

    @Test
    void namesBeyondAsciiAreFound() throws IOException {
        Path odd = Files.createDirectory(folder.resolve("größe 模型 %41"));
        Path a = SampleCheckpoint.at(odd.resolve("ä b.safetensors"))
                .f32("wé", 1, 2)
                .write();
        try (MergeResult result = Merge.method("average")
                .model(a)
                .model(a)
                .plan(odd.resolve("ö.safetensors"))
                .run()) {
            assertArrayEquals(new float[] {1, 2}, floats(result.checkpoint().tensor("wé")));
        }
    }

    private static void truncate(Path file, long size) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[(int) tensor.elementCount()];
        tensor.buffer().asFloatBuffer().get(values);
        return values;
    }

    private SampleCheckpoint model(String name) {
        return SampleCheckpoint.at(folder.resolve(name + ".safetensors"));
    }

    private Path out() {
        return folder.resolve("out.safetensors");
    }

    private Set<String> files() throws IOException {
        return names(folder);
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return Set.copyOf(files.map(file -> file.getFileName().toString()).toList());
        }
    }
}
