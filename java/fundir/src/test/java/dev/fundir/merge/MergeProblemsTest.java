package dev.fundir.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.DType;
import dev.fundir.merge.MergeException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Merges that cannot be planned, and what is said about them. */
class MergeProblemsTest {
    @TempDir
    Path folder;

    private Path a;
    private Path b;

    @BeforeEach
    void writeModels() throws IOException {
        a = model("a").f32("w", 1, 2).write();
        b = model("b").f32("w", 1, 2).write();
    }

    @Test
    void unknownMethodNamesCloseOnes() {
        MergeException e = refused(Merge.method("tise").model(a).model(b));
        assertEquals(Set.of(Kind.METHOD), e.kinds());
        assertTrue(e.getMessage().contains("tise; did you mean ties?"), e.getMessage());
    }

    @Test
    void allProblemsAreListedAtOnce() throws IOException {
        Path c = model("c").f32("w", 1, 2, 3).f32("extra", 1).write();
        Files.writeString(out(), "old");
        MergeException e = refused(Merge.method("ties")
                .base(a)
                .model(b, Map.of("weigth", 1))
                .model(c, Map.of("weight", 1, "lambda", 2))
                .parameter("density", 1.5)
                .parameter("normalize", "perhaps")
                .outputDType(DType.I8));
        assertEquals(Set.of(Kind.PARAMETER, Kind.DTYPE, Kind.NAMES, Kind.SHAPE, Kind.OUTPUT_EXISTS), e.kinds());
        assertOne(e, "no parameter weigth; did you mean weight?");
        assertOne(e, "weight is missing for " + b);
        assertOne(e, "lambda of ties is one for the merge");
        assertOne(e, "density is 1.5, expected a number from 0 to 1");
        assertOne(e, "normalize is perhaps, expected true or false");
        assertOne(e, "cannot be I8");
        assertOne(e, a + " lacks 1 tensor that other inputs have: extra");
        assertOne(e, b + " lacks 1 tensor that other inputs have: extra");
        assertOne(e, "w ([2] in " + a + ", [2] in " + b + ", [3] in " + c + ")");
        assertOne(e, out() + " exists");
    }

    @Test
    void longListsAreCutWithACount() throws IOException {
        SampleCheckpoint many = model("many").f32("w", 1, 2);
        for (int i = 0; i < 40; i++) {
            many.f32("more." + i, 1);
        }
        MergeException e = refused(Merge.method("average").model(a).model(many.write()));
        assertOne(e, "lacks 40 tensors");
        assertOne(e, "and 35 more");
        assertEquals(40, e.tensors().size(), "all of them can be had");
        assertTrue(e.tensors().contains("more.39"));
    }

    @Test
    void exceptionHasAReason() {
        EnumSet<Kind> none = EnumSet.noneOf(Kind.class);
        assertThrows(IllegalArgumentException.class, () -> new MergeException(List.of(), none));
    }

    @Test
    void numberOfModelsIsTheMethods() {
        assertOne(
                refused(Merge.method("slerp").base(a).model(b).model(b).parameter("t", 0.5)),
                "slerp merges exactly 1 model besides the base, but 2 are given");
        assertOne(
                refused(Merge.method("ties").model(a).parameter("weight", 1)),
                "besides the first, which is the base, but none is given");
        assertOne(refused(Merge.method("linear")), "no models are given");
    }

    @Test
    void baseIsRefusedWhereTheMethodTakesNone() {
        MergeException e = refused(Merge.method("average").base(a).model(b).model(b));
        assertEquals(Set.of(Kind.MODELS), e.kinds());
        assertOne(e, "average takes no base, but " + a + " is given as one");
    }

    @Test
    void baseHasNoParameters() {
        assertOne(
                refused(Merge.method("ties").model(a, Map.of("weight", 1)).model(b, Map.of("weight", 1))),
                a + " is the base, being the first model, and a base has no weight");
    }

    @Test
    void listsMustFitTheModels() {
        assertOne(
                refused(Merge.method("ties").model(a).model(b).perModel("weight", List.of(1, 1))),
                "parameter weight has 2 values for 1 model; the first model is the base and has none");
    }

    @Test
    void dtypesThatDoNotGoTogetherAreNamed() throws IOException {
        Path ints = model("ints").i64("w", 1, 2).write();
        MergeException e = refused(Merge.method("average").model(a).model(ints));
        assertEquals(Set.of(Kind.NON_FLOAT), e.kinds());
        assertOne(e, "w (F32 in " + a + ", I64 in " + ints + ")");
    }

    @Test
    void nonFloatSettlesTensorsThatAreFloatsInSomeInputs() throws IOException {
        Path ints = model("ints").i64("w", 1, 2).write();
        Merge ofFirst = Merge.method("average").model(ints).model(a).nonFloat(NonFloat.FIRST);
        assertEquals(DType.I64, ofFirst.plan(out()).entries().get(0).dtype());
        Merge ofBase = Merge.method("task_arithmetic")
                .base(a)
                .model(ints)
                .parameter("weight", 1)
                .nonFloat(NonFloat.BASE)
                .outputDType(DType.BF16);
        PlanEntry entry = ofBase.plan(out()).entries().get(0);
        assertEquals(DType.BF16, entry.dtype(), "a float that is taken gets the output's dtype");
        assertEquals(1, entry.inputs().size());
    }

    @Test
    void wrongNumberOfModelsIsNoProblemOfEachTensor() {
        MergeException e = refused(Merge.method("model_stock").base(a).model(b));
        assertEquals(1, e.problems().size(), e.getMessage());
        assertEquals(Set.of(Kind.MODELS), e.kinds());
    }

    @Test
    void baseAmongTheModelsIsTheBaseOnly() throws IOException {
        Path c = model("c").f32("w", 5, 6).write();
        Path link = Files.createSymbolicLink(folder.resolve("link"), a);
        MergePlan plan = Merge.method("model_stock")
                .base(link)
                .model(a)
                .model(b)
                .model(c)
                .plan(out());
        assertEquals(3, plan.entries().get(0).inputs().size());
        assertEquals(List.of(a + " is the base: it is not one of the models as well"), plan.notices());
        assertOne(
                refused(Merge.method("ties")
                        .base(a)
                        .model(a, Map.of("weight", 1))
                        .model(b)
                        .perModel("density", List.of(1, 1))
                        .parameter("weight", 1)),
                a + " is the base, and a base has no weight");
        MergePlan linear =
                Merge.method("linear").model(a).model(a).parameter("weight", 1).plan(out());
        assertEquals(2, linear.entries().get(0).inputs().size(), "without a base, a model may be there twice");
    }

    @Test
    void parametersThatDoNotGoTogetherAreOneProblem() {
        Merge della = Merge.method("della").base(a).model(b).model(b).parameter("weight", 1);
        assertEquals(
                List.of(
                        "density 0.1 with epsilon 0.15 gives probabilities from -0.05 to 0.25, but they must lie between"
                                + " 0 and 1: choose a smaller epsilon; so it is for w"),
                refused(della.parameter("density", 0.1)).problems());
        MergeException e = refused(Merge.method("linear").model(a).model(b).perModel("weight", List.of(2, -2)));
        assertEquals(Set.of(Kind.PARAMETER), e.kinds());
        assertOne(e, "the weights add up to 0");
    }

    @Test
    void tensorThatTheBaseLacksCannotBeMerged() throws IOException {
        Path base = model("base").f32("v", 1).write();
        MergeException e = refused(Merge.method("ties")
                .base(base)
                .model(a)
                .model(b)
                .parameter("weight", 1)
                .missing(Missing.AVAILABLE));
        assertOne(e, "the base " + base + " lacks: w");
        assertEquals(Set.of(Kind.TOO_FEW), e.kinds());
    }

    @Test
    void integersOfABaseNeedABase() {
        assertOne(refused(Merge.method("average").model(a).model(b).nonFloat(NonFloat.BASE)), "there is no base");
    }

    @Test
    void inputIsNeverTheOutput() throws IOException {
        Merge merge = Merge.method("average").model(a).model(b).overwrite(true);
        MergeException e = assertThrows(MergeException.class, () -> merge.plan(b));
        assertEquals(Set.of(Kind.OUTPUT), e.kinds());
        Path link = Files.createSymbolicLink(folder.resolve("link.safetensors"), a);
        assertThrows(MergeException.class, () -> merge.plan(link));
    }

    @Test
    void inputInAnOutputFolderIsNotRemoved() throws IOException {
        Path other = Files.createDirectory(folder.resolve("model"));
        Path input = SampleCheckpoint.at(other.resolve("model-00001-of-00001.safetensors"))
                .f32("w", 1, 2)
                .write();
        Merge merge = Merge.method("average").model(a).model(input).overwrite(true);
        assertOne(assertThrows(MergeException.class, () -> merge.plan(other)), input + " is an input");
    }

    @Test
    void outputNeedsAPlace() throws IOException {
        Merge merge = Merge.method("average").model(a).model(b);
        Path nowhere = folder.resolve("no").resolve("out.safetensors");
        assertOne(assertThrows(MergeException.class, () -> merge.plan(nowhere)), "does not exist");
        Path file = Files.writeString(folder.resolve("merged.bin"), "");
        assertOne(assertThrows(MergeException.class, () -> merge.plan(file)), "merged.bin is a file");
        Path directory = Files.createDirectory(folder.resolve("x.safetensors"));
        assertOne(assertThrows(MergeException.class, () -> merge.plan(directory)), "is a folder");
    }

    @Test
    void missingInputKeepsJavasException() {
        Merge merge = Merge.method("average").model(a).model(folder.resolve("none.safetensors"));
        assertThrows(NoSuchFileException.class, () -> merge.plan(out()));
    }

    @Test
    void wrongRequestComesBeforeAMissingInput() {
        MergeException e = refused(Merge.method("average")
                .model(a)
                .model(folder.resolve("none.safetensors"))
                .parameter("density", 1));
        assertOne(e, "no parameter density");
        assertOne(e, "none.safetensors: no such file or folder");
        assertEquals(Set.of(Kind.PARAMETER, Kind.INPUT), e.kinds());
        assertTrue(e.getSuppressed()[0] instanceof NoSuchFileException);
    }

    @Test
    void allInputsThatDoNotOpenAreListed() throws IOException {
        Path junk = Files.writeString(folder.resolve("junk.safetensors"), "junk");
        MergeException e = refused(Merge.method("average")
                .model(junk)
                .model(folder.resolve("none"))
                .model(junk));
        assertEquals(2, e.problems().size(), e.getMessage());
        assertEquals(2, e.getSuppressed().length);
        assertEquals(Set.of(Kind.INPUT), e.kinds());
    }

    private MergeException refused(Merge merge) {
        return assertThrows(MergeException.class, () -> merge.plan(out()));
    }

    private static void assertOne(MergeException e, String part) {
        long found =
                e.problems().stream().filter(problem -> problem.contains(part)).count();
        assertEquals(1, found, part + " in " + e.problems());
    }

    private SampleCheckpoint model(String name) {
        return SampleCheckpoint.at(folder.resolve(name + ".safetensors"));
    }

    private Path out() {
        return folder.resolve("out.safetensors");
    }
}
