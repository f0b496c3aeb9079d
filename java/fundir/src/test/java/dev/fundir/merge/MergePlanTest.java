package dev.fundir.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What plans hold. */
class MergePlanTest {
    @TempDir
    Path folder;

    @Test
    void entriesTellMethodInputsAndParameters() throws IOException {
        Path base = model("base").f32("w", 1, 2).write();
        Path a = model("a").f32("w", 1, 2).write();
        Path b = model("b").f32("w", 1, 2).write();
        MergePlan plan = Merge.method("ties")
                .base(base)
                .model(a, Map.of("weight", 0.25, "density", "0.5"))
                .model(b)
                .parameter("weight", 1)
                .parameter("normalize", false)
                .plan(out());
        assertEquals(1, plan.entries().size());
        PlanEntry entry = plan.entries().get(0);
        assertEquals("w", entry.name());
        assertEquals("ties", entry.method());
        assertEquals(List.of(2L), entry.shape());
        assertEquals(DType.F32, entry.dtype());
        assertEquals(false, entry.parameters().get("normalize"));
        assertEquals(
                List.of(base, a, b),
                entry.inputs().stream().map(PlanInput::file).toList());
        assertEquals(
                List.of(0, 1, 2), entry.inputs().stream().map(PlanInput::model).toList());
        assertEquals(
                List.of(0, 1, 2), entry.inputs().stream().map(PlanInput::input).toList());
        assertEquals(Map.of(), entry.inputs().get(0).parameters());
        assertEquals(0.25, entry.inputs().get(1).parameters().get("weight"));
        assertEquals(0.5, entry.inputs().get(1).parameters().get("density"));
        assertEquals(1.0, entry.inputs().get(2).parameters().get("weight"));
        assertEquals(24, plan.inputBytes());
        assertEquals(8, plan.bytesToWrite());
        assertFalse(Files.exists(out()));
    }

    @Test
    void listsGiveEachModelItsValue() throws IOException {
        MergePlan plan = Merge.method("linear")
                .model(model("a").f32("w", 1).write())
                .model(model("b").f32("w", 1).write())
                .perModel("weight", List.of(0.25, 0.75))
                .plan(out());
        List<Object> weights = plan.entries().get(0).inputs().stream()
                .map(input -> input.parameters().get("weight"))
                .toList();
        assertEquals(List.of(0.25, 0.75), weights);
    }

    @Test
    void firstModelIsTheBaseWhereOneIsNeeded() throws IOException {
        Path a = model("a").f32("w", 1).write();
        Path b = model("b").f32("w", 1).write();
        MergePlan plan =
                Merge.method("ties").model(a).model(b).parameter("weight", 1).plan(out());
        List<PlanInput> inputs = plan.entries().get(0).inputs();
        assertEquals(List.of(a, b), inputs.stream().map(PlanInput::file).toList());
        assertEquals(0, inputs.get(0).model());
        assertTrue(plan.notices().get(0).contains("is the base"), plan.notices().toString());
    }

    @Test
    void averageHasEqualWeightsAndItsOwnLabel() throws IOException {
        MergePlan plan = Merge.method("average")
                .model(model("a").f32("w", 1).write())
                .model(model("b").f32("w", 1).write())
                .plan(out());
        assertEquals("Average", plan.method().label());
        assertEquals("linear", plan.entries().get(0).method());
        assertEquals(1.0, plan.entries().get(0).inputs().get(1).parameters().get("weight"));
    }

    @Test
    void outputDTypeIsTheSharedOneOrTheWidest() throws IOException {
        Path a = model("a")
                .f32("same", 1)
                .f32("mixed", 1)
                .f32("wide", 1)
                .bf16("half", 1)
                .write();
        Path b = model("b")
                .f32("same", 1)
                .bf16("mixed", 1)
                .f64("wide", 1)
                .bf16("half", 1)
                .write();
        Merge merge = Merge.method("linear").model(a).model(b).parameter("weight", 1);
        Map<String, DType> kept = dtypes(merge.plan(out()));
        assertEquals(Map.of("same", DType.F32, "mixed", DType.F32, "wide", DType.F64, "half", DType.BF16), kept);
        assertEquals(
                List.of(DType.F16),
                dtypes(merge.outputDType(DType.F16).plan(out())).values().stream()
                        .distinct()
                        .toList());
    }

    @Test
    void integersMustAgreeOrComeFromWhomTheCallerSays() throws IOException {
        Path base = model("base").f32("w", 1).i64("ids", 1).write();
        Path a = model("a").f32("w", 1).i64("ids", 2).write();
        Path b = model("b").f32("w", 1).i64("ids", 3).write();
        Merge merge =
                Merge.method("task_arithmetic").base(base).model(a).model(b).parameter("weight", 1);
        PlanEntry identical = merge.plan(out()).entries().get(0);
        assertEquals("identical", identical.method());
        assertEquals(3, identical.inputs().size());
        PlanEntry ofBase = merge.nonFloat(NonFloat.BASE).plan(out()).entries().get(0);
        assertEquals("copy", ofBase.method());
        assertEquals(base, ofBase.inputs().get(0).file());
        PlanEntry ofFirst = merge.nonFloat(NonFloat.FIRST).plan(out()).entries().get(0);
        assertEquals(a, ofFirst.inputs().get(0).file());
    }

    @Test
    void availableMergesOverThoseThatHaveATensor() throws IOException {
        Path base = model("base").f32("all", 1).f32("two", 1).f32("one", 1).write();
        Path a = model("a").f32("all", 1).write();
        Path b = model("b").f32("all", 1).f32("two", 1).bf16("new", 1).write();
        MergePlan plan = Merge.method("ties")
                .base(base)
                .model(a)
                .model(b, Map.of("weight", 0.5))
                .parameter("weight", 1)
                .missing(Missing.AVAILABLE)
                .plan(out());
        Map<String, PlanEntry> entries = new HashMap<>();
        plan.entries().forEach(entry -> entries.put(entry.name(), entry));
        assertEquals(3, entries.get("all").inputs().size());
        assertEquals("copy", entries.get("one").method());
        assertEquals("copy", entries.get("new").method());
        assertEquals(DType.BF16, entries.get("new").dtype());
        PlanEntry two = entries.get("two");
        assertEquals("ties", two.method());
        assertEquals(List.of(0, 2), two.inputs().stream().map(PlanInput::model).toList());
        assertEquals(0.5, two.inputs().get(1).parameters().get("weight"));
    }

    @Test
    void folderGetsShardsOfTheSizeAsked() throws IOException {
        Path a = model("a")
                .f32("w1", 1, 2)
                .f32("w2", 1, 2)
                .f32("w3", 1, 2, 3, 4, 5)
                .f32("w4", 1)
                .write();
        MergePlan plan = Merge.method("average").model(a).model(a).shardSize(16).plan(folder.resolve("out"));
        assertEquals(
                List.of(
                        "model-00001-of-00003.safetensors",
                        "model-00002-of-00003.safetensors",
                        "model-00003-of-00003.safetensors",
                        "mergekit_config.yml",
                        "README.md",
                        "model.safetensors.index.json"),
                plan.outputs().stream()
                        .map(file -> file.getFileName().toString())
                        .toList());
        List<Path> files = plan.entries().stream().map(PlanEntry::file).toList();
        assertEquals(files.get(0), files.get(1));
        assertEquals(plan.outputs().get(1), files.get(2));
        assertEquals(plan.outputs().get(2), files.get(3));
    }

    @Test
    void whatIsReplacedIsKnownBefore() throws IOException {
        Path a = model("a").f32("w", 1).write();
        Files.writeString(out(), "old");
        Merge merge = Merge.method("average").model(a).model(a);
        assertThrows(MergeException.class, () -> merge.plan(out()));
        assertEquals(List.of(out()), merge.overwrite(true).plan(out()).replaced());
        assertEquals(List.of(), merge.plan(folder.resolve("new")).replaced());
    }

    @Test
    void outputsHaveANameThatIsNoOtherFormats() throws IOException {
        Path a = model("a").f32("w", 1).write();
        Merge merge = Merge.method("average").model(a).model(a);
        for (String name : List.of("", "merged.json", "merged.yml", "merged.YAML", "merged.gguf")) {
            Path output = name.isEmpty() ? Path.of("") : folder.resolve(name);
            MergeException e = assertThrows(MergeException.class, () -> merge.plan(output), name);
            assertEquals(Set.of(MergeException.Kind.OUTPUT), e.kinds(), name);
        }
        assertEquals(out(), merge.plan(out()).output());
        merge.plan(folder.resolve("v1.json.d"));
    }

    @Test
    void fileGetsShardsOnlyWhenTheirSizeIsAsked() throws IOException {
        Path a = model("a").f32("w1", 1, 2).f32("w2", 1, 2).write();
        Merge merge = Merge.method("average").model(a).model(a);
        assertEquals(List.of(out()), merge.plan(out()).outputs());
        MergePlan sharded = merge.shardSize(8).plan(out());
        assertEquals(
                List.of(
                        "out-00001-of-00002.safetensors",
                        "out-00002-of-00002.safetensors",
                        "out.safetensors.index.json"),
                sharded.outputs().stream()
                        .map(file -> file.getFileName().toString())
                        .toList());
        assertTrue(
                sharded.notices().toString().contains("2 files"),
                sharded.notices().toString());
    }

    private SampleCheckpoint model(String name) {
        return SampleCheckpoint.at(folder.resolve(name + ".safetensors"));
    }

    private Path out() {
        return folder.resolve("out.safetensors");
    }

    private static Map<String, DType> dtypes(MergePlan plan) {
        Map<String, DType> dtypes = new HashMap<>();
        plan.entries().forEach(entry -> dtypes.put(entry.name(), entry.dtype()));
        return dtypes;
    }
}
