package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.fundir.Checkpoint;
import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fundir merge} as people call it. */
class MergeCommandTest {
    @TempDir
    Path folder;

    @BeforeEach
    void writeModels() throws IOException {
        DemoModel.write(folder.resolve("model1.safetensors"), 1);
        DemoModel.write(folder.resolve("model2.safetensors"), 2);
    }

    @Test
    void tiesOfTwoModelsRunsAsItStands() throws Exception {
        FundirProcess.Outcome outcome = FundirProcess.run(
                folder,
                "merge",
                "model1.safetensors",
                "model2.safetensors",
                "--method",
                "ties",
                "--output",
                "merged.safetensors");
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertEquals(
                List.of("note: no base is given: the first model, model1.safetensors, is the base"),
                outcome.err().lines().toList());
        List<String> summary = outcome.out().lines().toList();
        assertEquals(
                List.of(
                        "merged.safetensors",
                        "  method   TIES of 1 model and a base",
                        "  merged   39 tensors",
                        "  output   39 tensors, 2.56 M parameters, 5.12 MB",
                        "  written  5.12 MB"),
                List.of(summary.get(0), summary.get(1), summary.get(2), summary.get(3), summary.get(5)));
        assertTrue(summary.get(4).matches("  read     [0-9.]+ MB"), outcome.out());
        assertTrue(summary.get(6).matches("  took     [0-9.]+ s, [0-9.]+ [MG]B/s(, with .* of memory at most)?"));
        assertEquals(List.of("  notices  1, above"), summary.subList(7, summary.size()));
        try (Checkpoint merged = Checkpoint.open(folder.resolve("merged.safetensors"))) {
            assertEquals("TIES", merged.metadata().get("merge_method"));
            assertEquals("merged", merged.metadata().get("name"));
            assertEquals("llama", merged.metadata().get("architecture"));
        }
    }

    @Test
    void tiesKeepsAFifthOfTheChangesWhenNothingIsSaid() {
        FundirProcess.Outcome plan = merge("--method", "ties", "--dry-run");
        assertTrue(plan.out().contains("model2.safetensors  weight=1.0, density=0.2\n"), plan.out());
        FundirProcess.Outcome dare = merge("--method", "dare", "--dry-run");
        assertTrue(dare.out().contains("model2.safetensors  weight=1.0, density=0.5\n"), dare.out());
    }

    @Test
    void dryRunWritesNothing() throws IOException {
        FundirProcess.Outcome outcome = merge("--method", "slerp", "--t", "0.5", "--dry-run");
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertTrue(outcome.out().endsWith("Nothing was written.\n"), outcome.out());
        assertEquals(List.of("model1.safetensors", "model2.safetensors"), files());
    }

    @Test
    void jsonReportsTheMerge() throws IOException {
        FundirProcess.Outcome outcome = merge("--method", "linear", "--json", "--seed", "7");
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertEquals(
                List.of(
                        "output",
                        "method",
                        "tensorCount",
                        "parameterCount",
                        "bytesRead",
                        "bytesWritten",
                        "seconds",
                        "peakMemoryBytes",
                        "seed",
                        "copied",
                        "merged",
                        "notices"),
                topFields(outcome.out()));
        assertTrue(outcome.out().contains("\"merged\" : 39"), outcome.out());
        assertTrue(outcome.out().contains("\"seed\" : 7"), outcome.out());
    }

    @Test
    void jsonOfADryRunHoldsThePlan() throws IOException {
        FundirProcess.Outcome outcome = merge("--method", "linear", "--json", "--dry-run");
        assertTrue(topFields(outcome.out()).contains("tensors"), outcome.out());
        assertTrue(outcome.out().contains("\"weight\" : 1.0"), outcome.out());
    }

    @Test
    void quietSaysNothingBesidesTheResult() {
        assertEquals("", merge("--method", "ties", "-q").err());
    }

    @Test
    void summaryTellsWhatWasCopiedAndRetypedAndWhy() throws IOException {
        for (String model : List.of("w", "v")) {
            CheckpointWriter.to(folder.resolve(model + ".safetensors"))
                    .tensor("shared", DType.F32, new long[] {2}, ByteBuffer.allocate(2 * Float.BYTES))
                    .tensor("ids", DType.I64, new long[] {1}, ByteBuffer.allocate(Long.BYTES))
                    .tensor(model, DType.F16, new long[] {2}, ByteBuffer.allocate(2 * Short.BYTES))
                    .write();
        }
        String[] models = {
            folder.resolve("w.safetensors").toString(),
            folder.resolve("v.safetensors").toString()
        };
        FundirProcess.Outcome merged =
                mergeOf(models, "-m", "average", "--missing", "available", "--dtype", "F16", "--quiet");
        assertEquals(0, merged.exitCode(), merged.err());
        assertTrue(merged.out().contains("""
                                  merged   1 tensor
                                  copied   2 tensors, taken from one input; 1 tensor, the same in all inputs, no floats
                                  retyped  1 tensor, F32 to F16
                                """), merged.out());
        assertFalse(merged.out().contains("notices"), merged.out());
    }

    @Test
    void existingOutputStaysUnlessForced() throws IOException {
        Files.writeString(folder.resolve("out.safetensors"), "mine");
        FundirProcess.Outcome refused = merge("--method", "average");
        assertEquals(1, refused.exitCode());
        assertEquals(
                List.of(
                        "fundir: " + folder.resolve("out.safetensors") + " exists and is not to be replaced",
                        "hint: --force replaces it"),
                refused.err().lines().toList());
        assertEquals("mine", Files.readString(folder.resolve("out.safetensors")));
        assertEquals(0, merge("--method", "average", "--force").exitCode());
        assertTrue(Files.size(folder.resolve("out.safetensors")) > 1_000_000);
    }

    @Test
    void everyMistakeHasItsLine() {
        FundirProcess.Outcome outcome =
                merge("--method", "ties", "--density", "3", "--weights", "1,2,3", "--set", "lamda=1");
        assertEquals(2, outcome.exitCode());
        List<String> lines = outcome.err().lines().toList();
        assertEquals(
                3, lines.stream().filter(line -> line.startsWith("fundir: ")).count(), outcome.err());
        assertTrue(outcome.err().contains("no parameter lamda; did you mean lambda?"), outcome.err());
        assertTrue(outcome.err().contains("weight has 3 values for 1 model"), outcome.err());
        assertTrue(outcome.err().contains("density is 3, expected a number from 0 to 1"), outcome.err());
    }

    @Test
    void unknownMethodSuggestsOne() {
        FundirProcess.Outcome outcome = merge("--method", "teis");
        assertEquals(2, outcome.exitCode());
        assertTrue(
                outcome.err().startsWith("fundir: there is no merge method teis; did you mean ties?"), outcome.err());
    }

    @Test
    void misspeltOptionSuggestsOne() {
        FundirProcess.Outcome outcome = merge("--method", "ties", "--densty", "0.5");
        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().contains("'--densty'"), outcome.err());
        assertTrue(outcome.err().contains("--density"), outcome.err());
    }

    @Test
    void valuesThatCannotBeReadAreWrongUsage() {
        for (String[] wrong : new String[][] {
            {"--threads", "two"},
            {"--threads", "-1"},
            {"--memory", "much"},
            {"--dtype", "int9"},
            {"--missing", "some"},
            {"--seed", "-1"},
            {"--seed", "18446744073709551616"},
            {"--set", "rng=dice"}
        }) {
            FundirProcess.Outcome outcome = merge("--method", "linear", wrong[0], wrong[1]);
            assertEquals(2, outcome.exitCode(), outcome.err());
            assertTrue(outcome.err().startsWith("fundir: "), outcome.err());
            assertEquals(2, outcome.err().lines().count(), outcome.err());
        }
    }

    @Test
    void methodIsRequired() {
        FundirProcess.Outcome outcome = merge();
        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().contains("--method"), outcome.err());
    }

    @Test
    void missingInputsAreALineEach() {
        FundirProcess.Outcome outcome =
                Command.run("merge", "no.safetensors", "nor.safetensors", "-m", "average", "-o", "x.safetensors");
        assertEquals(1, outcome.exitCode());
        assertEquals(
                "fundir: no.safetensors: no such file or folder\nfundir: nor.safetensors: no such file or folder\n",
                outcome.err());
    }

    @Test
    void whatIsNoCheckpointGetsAHint() throws IOException {
        Path notes = Files.writeString(folder.resolve("notes.txt"), "merge_method: ties\nmodels: []\n");
        FundirProcess.Outcome outcome = Command.run(
                "merge",
                notes.toString(),
                "-m",
                "average",
                "-o",
                folder.resolve("x").toString());
        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.err().startsWith("fundir: " + notes), outcome.err());
        assertTrue(outcome.err().contains("\nhint: a checkpoint is a .safetensors file"), outcome.err());
        assertFalse(Files.exists(folder.resolve("x")));
    }

    @Test
    void mistakesOfARecipeComeAllAtOnceWithTheirPlaces() throws IOException {
        Path recipe = Files.writeString(
                folder.resolve("recipe.yml"), "merge_method: tise\nmodels:\n- model: nowhere\n- modle: a\nn: 1\n");
        Path out = folder.resolve("out");
        FundirProcess.Outcome outcome = Command.run("merge", recipe.toString(), "-o", out.toString());
        assertEquals(2, outcome.exitCode());
        List<String> lines = outcome.err().lines().toList();
        assertEquals(4, lines.size(), outcome.err());
        assertTrue(lines.get(0).startsWith("fundir: " + recipe + ":1:15: there is no merge method tise; did you mean"));
        assertTrue(lines.get(3).startsWith("fundir: " + recipe + ":5:1: a recipe has no key n"), outcome.err());
        assertFalse(Files.exists(out));
    }

    @Test
    void aRecipeIsTheOnlyInputAndSaysTheMethodItself() throws IOException {
        Path recipe = Files.writeString(folder.resolve("recipe.yaml"), "merge_method: ties\n");
        String out = folder.resolve("out").toString();
        FundirProcess.Outcome other = Command.run("merge", recipe.toString(), "model", "-o", out);
        assertEquals(2, other.exitCode());
        assertTrue(other.err().contains("a recipe is the only input"), other.err());
        FundirProcess.Outcome options = Command.run("merge", recipe.toString(), "-m", "ties", "--t", "1", "-o", out);
        assertEquals(2, options.exitCode());
        assertTrue(options.err().contains("--method and --t"), options.err());
    }

    @Test
    void hintsAreThoseOfTheProblem() throws IOException {
        FundirProcess.Outcome weights = merge("--method", "linear", "--weights", "1,-1");
        assertEquals(2, weights.exitCode());
        assertTrue(weights.err().contains("weights add up to 0"), weights.err());
        assertFalse(weights.err().contains("hint:"), weights.err());
        FundirProcess.Outcome count = merge("--method", "model_stock");
        assertEquals(1, count.err().lines().count(), count.err());
        tensor("w", "w.safetensors", 2);
        tensor("v", "v.safetensors", 2);
        String[] models = {
            folder.resolve("w.safetensors").toString(),
            folder.resolve("v.safetensors").toString()
        };
        FundirProcess.Outcome lacking = mergeOf(models, "-m", "average");
        assertTrue(
                lacking.err().endsWith("hint: --missing available merges each tensor over the inputs that have it\n"));
        FundirProcess.Outcome debug = mergeOf(models, "-m", "average", "--debug");
        assertTrue(debug.err().contains("\ntensor: v\n"), debug.err());
        tensor("w", "long.safetensors", 3);
        models[1] = folder.resolve("long.safetensors").toString();
        FundirProcess.Outcome shapes = mergeOf(models, "-m", "average");
        assertTrue(shapes.err().contains("\nhint: models have to be of the same shapes, and tokenizers"), shapes.err());
    }

    @Test
    void debugShowsWhereItFailed() {
        FundirProcess.Outcome outcome = Command.run("inspect", "no.safetensors", "--debug");
        assertTrue(outcome.err().contains("NoSuchFileException"), outcome.err());
        assertTrue(outcome.err().contains("\tat dev.fundir"), outcome.err());
    }

    private FundirProcess.Outcome merge(String... more) {
        return mergeOf(
                new String[] {
                    folder.resolve("model1.safetensors").toString(),
                    folder.resolve("model2.safetensors").toString()
                },
                more);
    }

    private FundirProcess.Outcome mergeOf(String[] models, String... more) {
        List<String> arguments = new ArrayList<>(List.of("merge"));
        arguments.addAll(List.of(models));
        arguments.addAll(List.of("-o", folder.resolve("out.safetensors").toString()));
        arguments.addAll(List.of(more));
        return Command.run(arguments.toArray(String[]::new));
    }

    /** Writes a checkpoint of one tensor. */
    private void tensor(String name, String file, int elements) throws IOException {
        CheckpointWriter.to(folder.resolve(file))
                .tensor(name, DType.F32, new long[] {elements}, ByteBuffer.allocate(elements * Float.BYTES))
                .write();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static List<String> topFields(String text) throws IOException {
        List<String> fields = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(text)) {
            json.nextToken();
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                fields.add(field);
                json.nextToken();
                json.skipChildren();
            }
        }
        return fields;
    }
}
