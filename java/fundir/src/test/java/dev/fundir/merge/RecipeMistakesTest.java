package dev.fundir.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.merge.MergeException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recipes with mistakes, and what is said about them: each once, with its place. */
class RecipeMistakesTest {
    @TempDir
    Path folder;

    private SampleRecipes sample;

    @BeforeEach
    void writeModels() throws IOException {
        sample = SampleRecipes.in(folder);
    }

    @Test
    void tenMistakesAreTenLinesWithTheirPlaces() throws IOException {
        Path recipe = sample.recipe("""
                merge_method: ties
                base_modle: $base
                models:
                - model: $a
                  parameters:
                    weigth: 1
                    density: 1.5
                - model: $nowhere
                  parameters: {weight: one, density: [0.1, [0.2]]}
                - model: $b
                  parameter: {}
                parameters:
                  normalize: perhaps
                dtype: float31
                tokenizer_source: union
                """);
        MergeException e = sample.refused(Merge.recipe(recipe));
        assertEquals(Set.of(Kind.RECIPE), e.kinds());
        assertEquals(10, e.problems().size(), e.getMessage());
        for (String expected : List.of(
                ":2:1: a recipe has no key base_modle; did you mean base_model?",
                ":6:5: ties has no parameter weigth; did you mean weight?",
                ":7:14: parameter density is 1.5, expected a number from 0 to 1",
                ":8:10: there is no file or folder ",
                ":9:24: parameter weight is one, expected a number",
                ":9:44: a value of parameter density is a list, expected a number or a word",
                ":11:3: an entry of models has no key parameter; did you mean parameters?",
                ":13:14: parameter normalize is perhaps, expected true or false",
                ":14:8: there is no dtype float31; did you mean float32",
                ":15:19: tokenizer_source union is not supported")) {
            assertOne(e, expected);
        }
        e.problems().forEach(problem -> assertTrue(problem.matches("(?s)\\Q" + recipe + "\\E:\\d+:\\d+: .*"), problem));
        assertFalse(Files.exists(folder.resolve("out")));
    }

    @Test
    void wrongShapesOfRecipesAreSaid() throws IOException {
        for (Map.Entry<String, String> each : Map.ofEntries(
                        Map.entry("", "1:1: the recipe is empty"),
                        Map.entry("- a\n", "1:1: the recipe is a list, expected a map"),
                        Map.entry("a: [", "1:5: this is not YAML"),
                        Map.entry("merge_method: linear\n", "1:1: the recipe has no models and no slices"),
                        Map.entry("merge_method: linear\nmodels: []\n", "2:9: models is empty"),
                        Map.entry("merge_method: linear\nmodels: {a: b}\n", "2:9: models is a map, expected a list"),
                        Map.entry(
                                "merge_method: liner\nmodels: [{model: $a}]\n",
                                "1:15: there is no merge method liner; did you mean linear?"),
                        Map.entry(
                                "merge_method: linear\nmodels: [{model: $a}]\n",
                                "2:18: parameter weight is missing for"),
                        Map.entry(
                                "merge_method: slerp\nbase_model: $a\nmodels: [{model: $b}]\n",
                                "1:15: parameter t is missing"),
                        Map.entry("merge_method: linear\nmodels: [{}]\n", "2:10: an entry of models has no model"),
                        Map.entry(
                                "merge_method: linear\nmerge_method: ties\nmodels: [{model: $a}]\n",
                                "2:1: a recipe has the key merge_method twice"),
                        Map.entry(
                                "merge_method: passthrough\nmodels: [{model: $a}, {model: $b}]\n",
                                "2:18: passthrough merges exactly 1 model, but 2 are given"),
                        Map.entry(
                                "merge_method: passthrough\nslices: [{sources: [{model: $a, layer_range: [3, 2]}]}]\n",
                                "is empty: the end is one more"),
                        Map.entry(
                                "merge_method: passthrough\nslices: [{sources: [{model: $a, layer_range: [3, 9]}]}]\n",
                                "reaches beyond its 5 layers"),
                        Map.entry(
                                "merge_method: linear\nmodules: {}\nmodels: [{model: $a, parameters: {weight: }}]\n",
                                "2:1: modules: merging the modules"),
                        Map.entry(
                                "merge_method: ties\nbase_model: $a\nmodels: [{model: $b, parameters: {weight: {filter: q, value: 1}}}]\n",
                                "parameter weight is missing for lm_head.weight"))
                .entrySet()) {
            MergeException e = sample.refused(Merge.recipe(sample.recipe(each.getKey())));
            assertTrue(
                    e.problems().stream().anyMatch(problem -> problem.contains(each.getValue())),
                    each.getKey() + " gives " + e.problems());
        }
    }

    @Test
    void nullsAreNoModelsAndNoMethods() throws IOException {
        for (String nothing : List.of("", "~", "null", "Null", "''", "!!null x")) {
            sample.assertMistakes(
                    "merge_method: linear\nmodels:\n- model: $a\n- model: " + nothing + "\nparameters: {weight: 1}\n",
                    "4:" + (nothing.isEmpty() ? 9 : 10) + ": model is empty, expected a value");
            sample.assertMistakes(
                    "models: [{model: $a}]\nmerge_method: " + nothing + "\n",
                    "2:" + (nothing.isEmpty() ? 14 : 15) + ": merge_method is empty, expected a value");
        }
        sample.assertMistakes(
                "merge_method: linear\nmodels: [{model: ~}, {model: ~}]\n",
                "2:18: model is empty, expected a value",
                "2:30: model is empty, expected a value");
        sample.assertMistakes(
                "merge_method: linear\nmodels: [{model: $a}]\nparameters: {weight: ~}\n",
                "3:22: parameter weight is empty, expected a value");
        sample.assertMistakes("merge_method: linear\nmodels: ~\n", "2:9: models is empty, expected a list");
    }

    @Test
    void modelsThatDoNotOpenAreAmongTheOtherMistakes() throws IOException {
        Files.writeString(folder.resolve("junk"), "what is this?");
        Files.writeString(
                folder.resolve("pointer"), "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
        Files.createDirectory(folder.resolve("empty"));
        sample.assertMistakes(
                """
                merge_method: lineer
                models:
                - model: $junk
                - model: $pointer
                - model: $nowhere
                - model: $empty
                - model: $junk
                - model: $nowhere
                """,
                "1:15: there is no merge method lineer",
                "3:10: junk: ",
                "4:10: pointer: ",
                "5:10: there is no file or folder nowhere",
                "6:10: empty: ");
        MergeException e = sample.refused(Merge.recipe(
                sample.recipe("merge_method: linear\nmodels: [{model: $junk, parameters: {weight: 1}}]\n")));
        assertEquals(Set.of(Kind.RECIPE), e.kinds());
        assertEquals(1, e.getSuppressed().length, "the exception of the file");
    }

    @Test
    void rangesBeyondAModelAreAmongTheOtherMistakes() throws IOException {
        int range = column("- sources: [{model: $a, layer_range: ");
        sample.assertMistakes(
                """
                merge_method: linear
                slices:
                - sources: [{model: $a, layer_range: [3, 9]}]
                - sources: [{model: $a, layer_range: [3, 9]}]
                - sources: [{model: $b, layer_range: [0, 1]}]
                parameters: {weight: x}
                """,
                "3:" + range + ": layer_range [3, 9] of a reaches beyond its 5 layers",
                "4:" + range + ": layer_range [3, 9] of a reaches beyond its 5 layers",
                "6:22: parameter weight is x, expected a number");
    }

    @Test
    void aBaseThatIsNoSourceHasTheLayersToo() throws IOException {
        SampleCheckpoint.at(folder.resolve("short.safetensors"))
                .f32("model.layers.0.mlp.weight", 1, 2, 3)
                .write();
        List<String> mistakes = sample.mistakes("""
                merge_method: task_arithmetic
                base_model: '$short.safetensors'
                slices: [{sources: [{model: $a, layer_range: [0, 2]}]}]
                parameters: {weight: 1}
                """.replace("'$short.safetensors'", folder + "/short.safetensors"));
        assertEquals(1, mistakes.size(), mistakes.toString());
        String range = "3:" + column("slices: [{sources: [{model: $a, layer_range: ");
        assertEquals(range + ": layer_range [0, 2] of short.safetensors reaches beyond its 1 layer", mistakes.get(0));
    }

    @Test
    void oneMistakeIsOneLine() throws IOException {
        String linear = "merge_method: linear\n";
        sample.assertMistakes(
                linear + "models:\n- model: $a\n  parameters:\n    wieght: 1\n",
                "5:5: linear has no parameter wieght; did you mean weight?");
        sample.assertMistakes(
                linear + "models: [{model: $a}]\nparameters: {weihgt: 1}\n", "3:14: linear has no parameter weihgt");
        sample.assertMistakes(
                "merge_method: slerp\nbase_model: $a\nmodels: [{model: $b}]\nparameters: {t: []}\n",
                "4:17: the gradient of parameter t is empty");
        sample.assertMistakes(
                linear + "models:\n- modell: $a\nparameters: {weight: 1}\n",
                "3:3: an entry of models has no key modell");
        sample.assertMistakes("merge_methd: linear\nmodels: [{model: $a}]\n", "1:1: a recipe has no key merge_methd");
        sample.assertMistakes(
                linear + "model: [{model: $a}]\nparameters: {weight: 1}\n", "2:1: a recipe has no key model");
        sample.assertMistakes(linear + "models: [{model: $a}]\nparameters: 1\n", "3:13: parameters is a value");
        sample.assertMistakes(
                "merge_method: slerp\nmodels: [{model: $a}, {model: $b}]\nparameters: {t: 1}\n",
                "1:15: slerp needs a base_model");
        sample.assertMistakes(
                "merge_method: slerp\nbase_model: $nowhere\nmodels: [{model: $a}, {model: $nowhere}]\nparameters: {t: 1}\n",
                "2:13: there is no file or folder nowhere");
        sample.assertMistakes(
                "merge_method: passthrough\nslices: [{source: [{model: $a}]}]\n", "2:11: a slice has no key source");
    }

    @Test
    void placesAreThoseOfKeysAndOfAliases() throws IOException {
        sample.assertMistakes(
                """
                merge_method: linear
                models:
                - model: $a
                  parameters: {weight: &w 1, lambda: *w}
                x: *w
                y: *w
                parameters:
                  normalize: &n perhaps
                dtype: *n
                """,
                "4:" + column("  parameters: {weight: &w 1, ") + ": linear has no parameter lambda",
                "5:1: a recipe has no key x",
                "6:1: a recipe has no key y",
                "8:" + column("  normalize: ") + ": parameter normalize is perhaps",
                "9:8: there is no dtype perhaps");
    }

    @Test
    void filesThatAreNoTextAreSaidToBe() throws IOException {
        Path recipe = folder.resolve("recipe.yml");
        Files.write(recipe, "merge_method: linear\n# né\n".getBytes(StandardCharsets.ISO_8859_1));
        assertTrue(only(recipe).startsWith(recipe + ":2:4: byte 24 of the file, 0xE9, is not UTF-8"), only(recipe));
        Files.write(recipe, "merge_method: linear\n".getBytes(StandardCharsets.UTF_16));
        assertEquals(recipe + ":1:1: the file is UTF-16, expected UTF-8", only(recipe));
        Files.write(recipe, "a: b\nc: \0".getBytes(StandardCharsets.UTF_8));
        assertEquals(recipe + ":2:4: this is not YAML: the character U+0000 is not allowed", only(recipe));
        assertTrue(only(Files.createDirectory(folder.resolve("r.yml"))).contains("r.yml:1:1: this is a folder"));
        Files.write(recipe, new byte[4 << 20]);
        assertTrue(only(recipe).contains("the file has 4194304 bytes"), only(recipe));
        Merge missing = Merge.recipe(folder.resolve("no.yml"));
        assertThrows(NoSuchFileException.class, () -> missing.plan(sample.out()));
    }

    @Test
    void nestingAndAliasesHaveBounds() throws IOException {
        sample.assertMistakes("a: " + "[".repeat(3000), "1:103: more than 100 lists and maps lie in each other");
        sample.assertMistakes("a: " + "{a: ".repeat(3000), "1:");
        sample.assertMistakes("- ".repeat(3000), "1:");
        StringBuilder laughs = new StringBuilder("a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
        for (int i = 1; i < 9; i++) {
            String before = "*a" + (i - 1);
            laughs.append("a" + i + ": &a" + i + " [" + (before + ", ").repeat(9) + before + "]\n");
        }
        sample.assertMistakes(laughs.toString(), "6:5: with its aliases the document has more than 1000000 values");
        sample.assertMistakes("a: &a [*a]", "1:8: *a stands for nothing");
        sample.assertMistakes("a: b\n---\na: b\n", "2:1: a second document begins");
        sample.assertMistakes("a: {<<: 1}\n", "1:9: << is a value, expected a map or a list of maps");
    }

    @Test
    void numbersAreWrittenAsInYaml() throws IOException {
        String linear = "merge_method: linear\nmodels: [{model: $a}]\nparameters: {weight: %s}\n";
        for (String wrong : List.of("1d", "0x1p3", "1f", "1e", ".", "one")) {
            sample.assertMistakes(
                    linear.formatted(wrong), "3:22: parameter weight is " + wrong + ", expected a number");
        }
        for (String wrong : List.of("NaN", ".nan", "Infinity", "-.inf", "1e999")) {
            sample.assertMistakes(
                    linear.formatted(wrong), "3:22: parameter weight is " + wrong + ", expected a finite number");
        }
        for (String right : List.of("1.", ".5", "-1e-5", "+2.5E3")) {
            Merge.recipe(sample.recipe(linear.formatted(right))).plan(sample.out());
        }
        String karcher = "merge_method: karcher\nmodels: [{model: $a}, {model: $b}]\nparameters: {%s}\n";
        sample.assertMistakes(
                karcher.formatted("max_iter: 2.5"), "3:24: parameter max_iter is 2.5, expected a whole number");
        sample.assertMistakes(
                karcher.formatted("tol: -1"), "3:19: parameter tol is -1, expected a number of 0 or more");
    }

    @Test
    void parametersThatDoNotGoTogetherAreFoundBeforeATensorIsRead() throws IOException {
        String della = """
                merge_method: della
                base_model: $base
                models:
                - model: $a
                  parameters: {density: %s}
                - model: $b
                parameters: {weight: 1, density: 0.5%s}
                """;
        List<String> mistakes = sample.mistakes(della.formatted("0.9", ""));
        assertEquals(
                List.of("5:25: density 0.9 with epsilon 0.15 gives probabilities from 0.75 to 1.05, but they must lie"
                        + " between 0 and 1: choose a smaller epsilon; so it is for lm_head.weight,"
                        + " model.embed_tokens.weight, model.layers.0.attn.weight, model.layers.0.mlp.weight,"
                        + " model.layers.1.attn.weight and 8 more"),
                mistakes);
        sample.assertMistakes(della.formatted("[0.5, 0.95]", ""), "5:16: density 0.95 with epsilon 0.15");
        sample.assertMistakes(della.formatted("1", ", epsilon: 0.5"), "7:34: density 0.5 with epsilon 0.5 gives");
        Merge.recipe(sample.recipe(della.formatted("1", ""))).plan(sample.out());
        Merge.recipe(sample.recipe(della.formatted("0", ""))).plan(sample.out());
        String linear = """
                merge_method: linear
                models:
                - {model: $a, parameters: {weight: 0.5}}
                - {model: $b, parameters: {weight: -0.5}}
                parameters: {normalize: %s}
                """;
        List<String> ofLinear = sample.mistakes(linear.formatted("true"));
        assertEquals(1, ofLinear.size(), ofLinear.toString());
        assertTrue(ofLinear.get(0).contains(": the weights add up to 0, so they cannot be normalized"));
        assertTrue(ofLinear.get(0).startsWith("3:"), ofLinear.get(0));
        Merge.recipe(sample.recipe(linear.formatted("false"))).plan(sample.out());
        List<String> ofMultislerp = sample.mistakes(
                linear.formatted("true").replace("linear", "multislerp").replace("normalize", "normalize_weights"));
        assertEquals(1, ofMultislerp.size(), ofMultislerp.toString());
    }

    @Test
    void aNameThatFailedIsNotAskedForAgain() throws IOException {
        List<String> asked = new ArrayList<>();
        Path recipe = sample.recipe("""
                merge_method: linear
                models: [{model: "hf://org/a"}, {model: "hf://org/a"}]
                tokenizer_source: "hf://org/a"
                parameters: {weight: 1}
                """);
        Merge merge = Merge.recipe(recipe).resolver(reference -> {
            asked.add(reference);
            throw new IOException("no network");
        });
        assertEquals(
                List.of(recipe + ":2:18: no network"), sample.refused(merge).problems());
        assertEquals(List.of("hf://org/a"), asked);
    }

    @Test
    void mistakesOfTheCallerAreAmongThoseOfTheModels() throws IOException {
        Path recipe = sample.recipe("merge_method: linear\nmodels: [{model: $a}, {model: $b}]\n");
        MergeException e = sample.refused(Merge.recipe(recipe).parameter("weight", "one"));
        assertEquals(List.of("parameter weight is one, expected a number"), e.problems());
        assertEquals(Set.of(Kind.PARAMETER), e.kinds());
        e = sample.refused(Merge.recipe(recipe).parameter("wieght", 1));
        assertEquals(1, e.problems().size(), e.getMessage());
    }

    private String only(Path recipe) {
        MergeException e = sample.refused(Merge.recipe(recipe));
        assertEquals(1, e.problems().size(), e.getMessage());
        assertEquals(Set.of(Kind.RECIPE), e.kinds());
        return e.problems().get(0);
    }

    /** The column behind a text, in which models have been given their paths. */
    private int column(String before) {
        return sample.here(before).length() + 1;
    }

    private static void assertOne(MergeException e, String part) {
        assertEquals(
                1,
                e.problems().stream().filter(problem -> problem.contains(part)).count(),
                part + " in " + e.problems());
    }
}
