package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.Checkpoint;
import dev.fundir.DType;
import dev.fundir.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Merges held against those of mergekit; the README beside them tells where they are from and how exact they have to
 * be.
 */
class GoldenTest {
    private static final int SELECTED_OTHERWISE = 3;

    /** Beginnings of the names of methods that select elements, some of which lie next to the threshold. */
    private static final List<String> SELECTING = List.of("ties", "breadcrumbs", "sce", "ram", "arcee_fusion");

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "linear                     | a b c | --method linear --weights 0.3,0.3,0.4",
                "linear-normalized          | a b c | --method linear --weights 2,1,3 --normalize",
                "linear-unnormalized        | a b c | --method linear --weights 0.5,-0.25,1 --no-normalize",
                "linear-out-bf16            | a b   | --method linear --weights 0.5 --dtype bfloat16",
                "slerp                      | b     | --method slerp --base inputs/a --t 0.3",
                "slerp                      | a b   | --method slerp --t 0.3",
                "task_arithmetic            | a b c | --method task_arithmetic --base inputs/base"
                        + " --weights 0.5,0.3,-0.2 --lambda 0.8",
                "task_arithmetic-normalized | a b c | --method task_arithmetic --base inputs/base"
                        + " --weights 0.5,0.3,0.2 --normalize",
                "ties                       | a b c | --method ties --base inputs/base"
                        + " --weights 0.5,0.3,0.7 --density 0.5,0.6,0.3",
                "ties-rescaled              | a b   | --method ties --base inputs/base"
                        + " --weights 0.5 --density 0.4 --set rescale=true",
                "ties-unnormalized          | a b   | --method ties --base inputs/base"
                        + " --weights 0.5,0.5 --no-normalize --lambda 1.3",
                "dare_linear                | a b c | --method dare_linear --base inputs/base"
                        + " --weights 0.5,0.3,0.2 --density 0.5,0.6,0.3 --set rng=mt19937 --seed 42",
                "dare_ties                  | a b c | --method dare_ties --base inputs/base"
                        + " --weights 0.5,0.3,0.2 --density 0.5,0.6,0.3 --set rng=mt19937 --seed 42",
            })
    void meetsTheReference(String name, String models, String options) throws IOException, URISyntaxException {
        Path golden = Path.of(getClass().getResource("/golden").toURI());
        Path out = folder.resolve("out.safetensors");
        List<String> arguments = new ArrayList<>(List.of("merge", "-o", out.toString()));
        for (String model : models.split(" ", -1)) {
            arguments.add(golden.resolve("inputs").resolve(model).toString());
        }
        for (String option : options.split(" ", -1)) {
            arguments.add(option.startsWith("inputs/") ? golden.resolve(option).toString() : option);
        }
        FundirProcess.Outcome outcome = Command.run(arguments.toArray(String[]::new));
        assertEquals(0, outcome.exitCode(), outcome.err());
        boolean selects = name.contains("ties") || name.contains("dare");
        compare(
                golden.resolve("outputs").resolve(name + ".safetensors"),
                out,
                elements -> selects ? SELECTED_OTHERWISE : 0);
    }

    static List<String> recipes() throws IOException, URISyntaxException {
        Path folder = Path.of(GoldenTest.class.getResource("/golden/recipes").toURI());
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString().replace(".yml", ""))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void recipesMeetTheReference(String name) throws IOException, URISyntaxException {
        Path golden = Path.of(getClass().getResource("/golden").toURI());
        String recipe = Files.readString(golden.resolve("recipes").resolve(name + ".yml"));
        Path here = folder.resolve("recipe.yml");
        Files.writeString(here, recipe.replace("inputs/", golden.resolve("inputs") + "/"));
        Path out = folder.resolve("out.safetensors");
        List<String> arguments =
                new ArrayList<>(List.of("merge", here.toString(), "-o", out.toString(), "--seed", "42"));
        boolean draws = name.startsWith("dare") || name.startsWith("della");
        if (draws) {
            arguments.addAll(List.of("--set", "rng=mt19937"));
        }
        FundirProcess.Outcome outcome = Command.run(arguments.toArray(String[]::new));
        assertEquals(0, outcome.exitCode(), outcome.err());
        boolean selects = draws || SELECTING.stream().anyMatch(name::startsWith);
        // mergekit computes the divergences of arcee_fusion in float32, where they cancel: half a percent may be
        // others.
        long ofMany = name.equals("arcee_fusion") ? 200 : Long.MAX_VALUE;
        compare(
                golden.resolve("outputs").resolve(name + ".safetensors"),
                out,
                elements -> selects ? Math.max(SELECTED_OTHERWISE, elements / ofMany) : 0);
    }

    private static void compare(Path expectedFile, Path foundFile, LongUnaryOperator mayDiffer) throws IOException {
        try (Checkpoint expected = Checkpoint.open(expectedFile);
                Checkpoint found = Checkpoint.open(foundFile)) {
            assertEquals(expected.names(), found.names());
            for (Tensor tensor : expected.tensors()) {
                long off = countOff(tensor, found.tensor(tensor.name()));
                assertTrue(
                        off <= mayDiffer.applyAsLong(tensor.elementCount()),
                        tensor.name() + ": " + off + " elements off");
            }
        }
    }

    private static long countOff(Tensor expected, Tensor found) {
        assertEquals(expected.dtype(), found.dtype());
        assertEquals(expected.elementCount(), found.elementCount());
        double[] wanted = Elements.of(expected);
        double[] elements = Elements.of(found);
        long off = 0;
        for (int i = 0; i < wanted.length; i++) {
            double size = Math.abs(wanted[i]);
            // A unit in the last place of a BF16 is at most 1/128 of it.
            double tolerance = expected.dtype() == DType.BF16 ? size / 128 : 2e-6 + 2e-5 * size;
            if (!(Math.abs(elements[i] - wanted[i]) <= tolerance)) {
                off++;
            }
        }
        return off;
    }
}
