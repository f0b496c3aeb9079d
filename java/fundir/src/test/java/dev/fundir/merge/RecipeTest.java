package dev.fundir.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.merge.MergeException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recipes: what is planned of them, and what is said about their mistakes. */
class RecipeTest {
    private static final int LAYERS = 5;

    @TempDir
    Path folder;

    @BeforeEach
    void writeModels() throws IOException {
        for (String name : List.of("base", "a", "b")) {
            model(name, true, "{\"num_hidden_layers\": 5, \"vocab_size\": 9, \"torch_dtype\": \"float32\"}");
        }
    }

    @Test
    void gradientsGoOverTheLayersAndFiltersByName() throws IOException {
        Map<String, PlanEntry> entries = entries("""
                merge_method: task_arithmetic
                base_model: $base
                models:
                - model: $a
                  parameters:
                    weight:
                    - filter: mlp
                      value: [0, 1, 0.5]
                    - filter: nothing
                      value: 7
                - model: $b
                parameters:
                  weight: {filter: "*", value: 1e-5}
                  lambda: [2.0, 4.0]
                """);
        double[] expected = {0, 0.5, 1, 0.75, 0.5};
        for (int layer = 0; layer < LAYERS; layer++) {
            PlanEntry mlp = entries.get("model.layers." + layer + ".mlp.weight");
            assertEquals(
                    List.of(0, 1, 2),
                    mlp.inputs().stream().map(PlanInput::model).toList());
            assertEquals(expected[layer], mlp.inputs().get(1).parameters().get("weight"), "layer " + layer);
            assertEquals(1e-5, mlp.inputs().get(2).parameters().get("weight"));
            assertEquals(2.0 + layer * 0.5, mlp.parameters().get("lambda"));
            PlanEntry attention = entries.get("model.layers." + layer + ".attn.weight");
            assertEquals(1e-5, attention.inputs().get(1).parameters().get("weight"), "no filter fits");
        }
        assertEquals(2.0, entries.get("model.norm.weight").parameters().get("lambda"), "outside of layers");
    }

    @Test
    void slicesNumberTheirLayersAnew() throws IOException {
        Path out = folder.resolve("out");
        Path recipe = recipe("""
                merge_method: passthrough
                slices:
                - sources:
                  - {model: $a, layer_range: [1, 3]}
                - sources:
                  - model: $b
                    layer_range: [0, 5]
                    parameters: {scale: [1, 3]}
                """);
        MergePlan plan = Merge.recipe(recipe).plan(out);
        Map<String, PlanEntry> entries = byName(plan);
        assertEquals(7 * 2 + 3, entries.size());
        Function<String, String> source = name -> entries.get(name)
                .inputs()
                .get(0)
                .file()
                .getParent()
                .getFileName()
                .toString();
        assertEquals("a", source.apply("model.embed_tokens.weight"), "before the layers: of the first slice");
        assertEquals("a", source.apply("model.layers.1.mlp.weight"));
        assertEquals("b", source.apply("model.layers.2.mlp.weight"));
        assertEquals("b", source.apply("model.norm.weight"), "behind the layers: of the last slice");
        assertEquals("b", source.apply("lm_head.weight"));
        PlanInput stacked = entries.get("model.layers.2.mlp.weight").inputs().get(0);
        assertEquals(2, stacked.input(), "the second of the inputs");
        assertEquals(1, stacked.model(), "the only model of its slice");
        assertEquals("model.layers.0.mlp.weight", stacked.tensor());
        Object scale = entries.get("model.layers.4.mlp.weight")
                .inputs()
                .get(0)
                .parameters()
                .get("scale");
        assertEquals(2.0, scale, "the third of five layers");
        plan.run().close();
        String config = Files.readString(out.resolve("config.json"));
        assertEquals("{\"num_hidden_layers\": 7, \"vocab_size\": 3, \"torch_dtype\": \"float32\"}", config);
        assertEquals(Files.readString(recipe), Files.readString(out.resolve("mergekit_config.yml")));
        String card = Files.readString(out.resolve("README.md"));
        assertTrue(card.contains("* a\n* b\n") && card.contains("layer_range: [1, 3]"), card);
    }

    @Test
    void aBaseAmongTheModelsIsTheBase() throws IOException {
        Map<String, PlanEntry> slerp = entries("""
                merge_method: slerp
                base_model: $b
                models: [{model: $a}, {model: $b}]
                parameters: {t: 0.25}
                """);
        List<PlanInput> inputs = slerp.get("model.norm.weight").inputs();
        assertEquals(List.of(0, 1), inputs.stream().map(PlanInput::model).toList());
        assertTrue(inputs.get(0).file().startsWith(folder.resolve("b")));
        Map<String, PlanEntry> linear = entries("""
                merge_method: linear
                base_model: $base
                models: [{model: $a}]
                parameters: {weight: 1}
                """);
        assertEquals(2, linear.get("model.norm.weight").inputs().size(), "a method without base takes it as a model");
    }

    @Test
    void dtypesTokenizersAndParametersCanBeReplaced() throws IOException {
        Files.writeString(folder.resolve("base/tokenizer.json"), "of base");
        Files.writeString(folder.resolve("b/tokenizer.json"), "of b");
        Path recipe = recipe("""
                merge_method: ties
                base_model: $base
                models: [{model: $a, parameters: {weight: 1}}]
                dtype: float32
                out_dtype: bfloat16
                tokenizer_source: $b
                chat_template: "{{ messages }}"
                """);
        MergePlan plan = Merge.recipe(recipe).parameter("lambda", "0.5").plan(folder.resolve("out"));
        PlanEntry norm = byName(plan).get("model.norm.weight");
        assertEquals("BF16", norm.dtype().name());
        assertEquals(0.5, norm.parameters().get("lambda"));
        plan.run().close();
        assertEquals("of b", Files.readString(folder.resolve("out/tokenizer.json")));
        assertEquals("{{ messages }}", Files.readString(folder.resolve("out/chat_template.jinja")));
    }

    @Test
    void masksOfMt19937AreThoseOfTheDTypeThatTheRecipeWorksIn() throws IOException {
        String[] kept = new String[3];
        String[][] cases = {{"0.5", "float32"}, {"0.5019", "bfloat16"}, {"0.5019", "float32"}};
        float[] ones = new float[20_000];
        Arrays.fill(ones, 1);
        Path zeros = SampleCheckpoint.at(folder.resolve("zeros.safetensors"))
                .f32("w", new float[ones.length])
                .write();
        Path model = SampleCheckpoint.at(folder.resolve("ones.safetensors"))
                .f32("w", ones)
                .write();
        for (int i = 0; i < kept.length; i++) {
            Path recipe = recipe("""
                    merge_method: dare_linear
                    base_model: %s
                    models: [{model: %s, parameters: {weight: 1, density: %s}}]
                    parameters: {rescale: false}
                    dtype: %s
                    out_dtype: float32
                    """.formatted(zeros, model, cases[i][0], cases[i][1]));
            Path out = folder.resolve("out" + i + ".safetensors");
            try (MergeResult result =
                    Merge.recipe(recipe).rng(RandomGenerator.MT19937).plan(out).run()) {
                kept[i] = StandardCharsets.ISO_8859_1
                        .decode(result.checkpoint().tensor("w").buffer())
                        .toString();
            }
        }
        assertEquals(kept[0], kept[1], "0.5019 is 0.5 in BF16");
        assertNotEquals(kept[0], kept[2]);
    }

    @Test
    void aTiedHeadTakesPartWithTheEmbeddings() throws IOException {
        model("tied", false, "{\"tie_word_embeddings\": true}");
        MergePlan plan = Merge.recipe(recipe("""
                        merge_method: linear
                        models: [{model: $tied}, {model: $a}]
                        parameters: {weight: 1}
                        """)).plan(folder.resolve("out"));
        PlanEntry head = byName(plan).get("lm_head.weight");
        PlanEntry embeddings = byName(plan).get("model.embed_tokens.weight");
        assertEquals(embeddings.inputs().get(0).offset(), head.inputs().get(0).offset());
        assertTrue(plan.notices().stream().anyMatch(notice -> notice.contains("to which it is tied")));
        plan.run().close();
        assertTrue(Files.readString(folder.resolve("out/config.json")).contains("\"tie_word_embeddings\": false"));
    }

    @Test
    void referencesThatAreNoPathsGoToTheResolver() throws IOException {
        Path recipe = recipe("""
                merge_method: linear
                models: [{model: "hf://org/name@v1"}, {model: $a}]
                parameters: {weight: 1}
                """);
        MergePlan plan = Merge.recipe(recipe)
                .resolver(reference -> {
                    assertEquals("hf://org/name@v1", reference);
                    return folder.resolve("b");
                })
                .plan(folder.resolve("out"));
        assertTrue(plan.entries().get(0).inputs().get(0).file().startsWith(folder.resolve("b")));
        assertOne(refused(recipe), "2:18: hf://org/name@v1 is a model of the Hub");
    }

    @Test
    void tenMistakesAreTenLinesWithTheirPlaces() throws IOException {
        Path recipe = recipe("""
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
        MergeException e = refused(recipe);
        assertEquals(Set.of(Kind.RECIPE), e.kinds());
        for (String expected : List.of(
                ":1:15: ties needs a base_model",
                ":4:10: parameter weight is missing for ",
                ":10:10: parameter weight is missing for ",
                ":2:1: a recipe has no key base_modle; did you mean base_model?",
                ":6:13: ties has no parameter weigth; did you mean weight?",
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
                                "2:10: modules: merging the modules"),
                        Map.entry(
                                "merge_method: ties\nbase_model: $a\nmodels: [{model: $b, parameters: {weight: {filter: q, value: 1}}}]\n",
                                "parameter weight is missing for lm_head.weight"))
                .entrySet()) {
            MergeException e = refused(recipe(each.getKey()));
            assertTrue(
                    e.problems().stream().anyMatch(problem -> problem.contains(each.getValue())),
                    each.getKey() + " gives " + e.problems());
        }
    }

    @Test
    void recipeAndModelsExcludeEachOther() {
        Merge merge = Merge.recipe(folder.resolve("r.yml"));
        assertThrows(IllegalStateException.class, () -> merge.model(folder));
        assertThrows(IllegalStateException.class, () -> merge.base(folder));
        assertThrows(IllegalStateException.class, () -> merge.perModel("weight", List.of(1)));
    }

    private void model(String name, boolean hasHead, String config) throws IOException {
        Path model = Files.createDirectory(folder.resolve(name));
        SampleCheckpoint sample = SampleCheckpoint.at(model.resolve("model.safetensors"))
                .f32("model.embed_tokens.weight", new long[] {3, 2}, 1, 2, 3, 4, 5, 6)
                .f32("model.norm.weight", 1, 2);
        if (hasHead) {
            sample.f32("lm_head.weight", new long[] {3, 2}, 6, 5, 4, 3, 2, 1);
        }
        IntStream.range(0, LAYERS).forEach(layer -> {
            sample.f32("model.layers." + layer + ".mlp.weight", 1, 2, layer);
            sample.f32("model.layers." + layer + ".attn.weight", 3, layer);
        });
        sample.write();
        Files.writeString(model.resolve("config.json"), config);
    }

    private Path recipe(String text) throws IOException {
        String here = text.replaceAll("\\$(\\w+)", "'" + folder + "/$1'");
        return Files.writeString(folder.resolve("recipe.yml"), here);
    }

    private Map<String, PlanEntry> entries(String text) throws IOException {
        return byName(Merge.recipe(recipe(text)).plan(folder.resolve("out.safetensors")));
    }

    private static Map<String, PlanEntry> byName(MergePlan plan) {
        return plan.entries().stream().collect(Collectors.toMap(PlanEntry::name, entry -> entry));
    }

    private MergeException refused(Path recipe) {
        return assertThrows(MergeException.class, () -> Merge.recipe(recipe).plan(folder.resolve("out")));
    }

    private static void assertOne(MergeException e, String part) {
        assertEquals(
                1,
                e.problems().stream().filter(problem -> problem.contains(part)).count(),
                part + " in " + e.problems());
    }
}
