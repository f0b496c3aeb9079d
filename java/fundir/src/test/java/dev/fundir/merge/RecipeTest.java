package dev.fundir.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recipes, and what is planned of them. */
class RecipeTest {
    @TempDir
    Path folder;

    private SampleRecipes sample;

    @BeforeEach
    void writeModels() throws IOException {
        sample = SampleRecipes.in(folder);
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
        for (int layer = 0; layer < SampleRecipes.LAYERS; layer++) {
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
        sample.model("tied", false, "{\"tie_word_embeddings\": true}");
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
        assertOne(sample.refused(Merge.recipe(recipe)), "2:18: hf://org/name@v1 is a model of the Hub");
    }

    @Test
    void mergeKeysTakeOverWhatIsNotSaid() throws IOException {
        Map<String, PlanEntry> entries = entries("""
                merge_method: ties
                base_model: $base
                models:
                - model: $a
                  parameters: &first {weight: 0.5, density: 0.25}
                - model: $b
                  parameters:
                    density: 0.75
                    <<: [*first, {weight: 2, density: 1}]
                """);
        List<PlanInput> inputs = entries.get("model.norm.weight").inputs();
        assertEquals(0.5, inputs.get(2).parameters().get("weight"), "of the first map that has it");
        assertEquals(0.75, inputs.get(2).parameters().get("density"), "its own wins");
    }

    @Test
    void aliasesMayBeMany() throws IOException {
        StringBuilder recipe = new StringBuilder("merge_method: linear\nmodels:\n");
        recipe.append("- {model: $a, parameters: &p {weight: &w [1, 2]}}\n");
        recipe.append("- {model: $b, parameters: *p}\n".repeat(60));
        assertEquals(
                61, entries(recipe.toString()).get("model.norm.weight").inputs().size());
    }

    @Test
    void nullsStandForWhatMayBeLeftOut() throws IOException {
        Map<String, PlanEntry> entries = entries("""
                \uFEFFmerge_method: linear
                base_model: ~
                models: [{model: $a, parameters: null}, {model: $b, parameters: }]
                parameters: {weight: [{filter: ~, value: 1}]}
                dtype: Null
                out_dtype: NULL
                tokenizer_source:
                chat_template: ~
                """);
        assertEquals(2, entries.get("model.norm.weight").inputs().size());
    }

    @Test
    void oneModelUnderSeveralNamesIsOne() throws IOException {
        Files.createSymbolicLink(folder.resolve("link"), folder.resolve("base"));
        Path relative = Path.of("").toAbsolutePath().relativize(folder.resolve("base"));
        for (String base : List.of("$link", "'" + relative + "'")) {
            Map<String, PlanEntry> entries = entries("merge_method: slerp\nbase_model: " + base
                    + "\nmodels: [{model: $base}, {model: $a}]\n" + "parameters: {t: 1}\n");
            assertEquals(2, entries.get("model.norm.weight").inputs().size());
        }
    }

    @Test
    void whatModelsSayCountsBeforeWhatTheCallerSets() throws IOException {
        Merge merge = Merge.recipe(recipe("""
                        merge_method: linear
                        models:
                        - {model: $a, parameters: {weight: 0.25}}
                        - {model: $b, parameters: {weight: [{filter: mlp, value: 0.75}]}}
                        parameters: {weight: 3}
                        """)).parameter("weight", 4).parameter("normalize", false);
        MergePlan plan = merge.plan(folder.resolve("out"));
        List<PlanInput> norm = byName(plan).get("model.norm.weight").inputs();
        assertEquals(0.25, norm.get(0).parameters().get("weight"));
        assertEquals(4.0, norm.get(1).parameters().get("weight"), "the recipe's for all models is replaced");
        assertEquals(List.of(), plan.notices());
        MergePlan without = Merge.recipe(recipe("""
                        merge_method: linear
                        models: [{model: $a, parameters: {weight: 0.25}}]
                        """)).parameter("weight", 4).plan(folder.resolve("out"));
        assertEquals(1, without.notices().size());
        assertTrue(without.notices().get(0).startsWith("the weight that is set has no effect"));
    }

    @Test
    void theTableThatT5SharesIsBeforeTheLayers() throws IOException {
        for (String name : List.of("t5", "t5b")) {
            SampleCheckpoint.at(folder.resolve(name + ".safetensors"))
                    .f32("shared.weight", 1)
                    .f32("encoder.block.0.layer.0.SelfAttention.q.weight", 1)
                    .f32("encoder.final_layer_norm.weight", 1)
                    .write();
        }
        String recipe = """
                merge_method: passthrough
                slices:
                - sources: [{model: 'F/t5.safetensors', layer_range: [0, 1]}]
                - sources: [{model: 'F/t5b.safetensors', layer_range: [0, 1]}]
                """;
        Map<String, PlanEntry> entries = entries(recipe.replace("F/", folder + "/"));
        assertTrue(entries.get("shared.weight").inputs().get(0).file().endsWith("t5.safetensors"));
        assertTrue(entries.get("encoder.final_layer_norm.weight")
                .inputs()
                .get(0)
                .file()
                .endsWith("t5b.safetensors"));
    }

    @Test
    void recipeAndModelsExcludeEachOther() {
        Merge merge = Merge.recipe(folder.resolve("r.yml"));
        assertThrows(IllegalStateException.class, () -> merge.model(folder));
        assertThrows(IllegalStateException.class, () -> merge.base(folder));
        assertThrows(IllegalStateException.class, () -> merge.perModel("weight", List.of(1)));
    }

    private Path recipe(String text) throws IOException {
        return sample.recipe(text);
    }

    private Map<String, PlanEntry> entries(String text) throws IOException {
        return byName(Merge.recipe(recipe(text)).plan(folder.resolve("out.safetensors")));
    }

    private static Map<String, PlanEntry> byName(MergePlan plan) {
        return plan.entries().stream().collect(Collectors.toMap(PlanEntry::name, entry -> entry));
    }

    private static void assertOne(MergeException e, String part) {
        assertEquals(
                1,
                e.problems().stream().filter(problem -> problem.contains(part)).count(),
                part + " in " + e.problems());
    }
}
