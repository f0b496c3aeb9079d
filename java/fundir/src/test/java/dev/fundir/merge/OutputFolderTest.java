package dev.fundir.merge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.Checkpoint;
import dev.fundir.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an output folder has beside its tensors. */
class OutputFolderTest {
    @TempDir
    Path folder;

    private Path a;
    private Path b;

    @BeforeEach
    void writeModels() throws IOException {
        a = model("a", 1);
        b = model("b", 2);
    }

    @Test
    void filesOfTokenizersAndProcessorsComeAlongButNoPrograms() throws IOException {
        List<String> taken = List.of(
                "config.json",
                "generation_config.json",
                "preprocessor_config.json",
                "processor_config.json",
                "sentencepiece.bpe.model",
                "spiece.model",
                "tekken.json",
                "tokenizer.model");
        for (String name : taken) {
            Files.writeString(a.resolve(name), "{}");
        }
        for (String name : List.of("modeling_own.py", "configuration_own.py", "setup.py", "notes.txt")) {
            Files.writeString(a.resolve(name), "");
        }
        MergePlan plan = average().plan(out());
        plan.run().close();
        assertEquals(
                Stream.concat(taken.stream(), Stream.of("model.safetensors", "mergekit_config.yml", "README.md"))
                        .collect(Collectors.toSet()),
                files(out()));
        String notice = only(plan.notices());
        assertTrue(notice.contains("not copied: configuration_own.py, modeling_own.py;"), notice);
        assertEquals(List.of(), average().plan(folder.resolve("x.safetensors")).notices());
    }

    @Test
    void theDTypeOfTheTensorsIsToldAlsoWhereNobodyAskedForIt() throws IOException {
        Files.writeString(a.resolve("config.json"), "{\"torch_dtype\": \"float16\"}");
        average().plan(out()).run().close();
        assertEquals("{\"torch_dtype\": \"float32\"}", Files.readString(out().resolve("config.json")));
    }

    @Test
    void aConfigurationThatTheFirstModelLacksIsTheNextOnes() throws IOException {
        Files.writeString(b.resolve("config.json"), "{\"architectures\": [\"Own\"], \"dtype\": \"float16\"}");
        MergePlan plan = average().plan(out());
        assertEquals(a + " has no config.json: " + b.resolve("config.json") + " is taken", only(plan.notices()));
        try (MergeResult result = plan.run()) {
            assertEquals("Own", result.checkpoint().metadata().get("architecture"));
        }
        assertTrue(Files.readString(out().resolve("config.json")).contains("\"float32\""));
    }

    @Test
    void aTokenizerThatIsNotThereIsSaid() throws IOException {
        Files.writeString(a.resolve("tokenizer.json"), "{}");
        Path recipe = recipe("tokenizer_source: " + b);
        String notice = only(Merge.recipe(recipe).plan(out()).notices());
        assertTrue(notice.startsWith("there are no files of a tokenizer beside " + b), notice);
    }

    @Test
    void theWrittenRecipeIsMergekitsAndMakesTheSame() throws IOException {
        for (Map.Entry<String, String> each : Map.of("average", "linear", "dare", "dare_linear", "ties", "ties")
                .entrySet()) {
            Merge merge = Merge.method(each.getKey()).model(a).model(b).seed(5).overwrite(true);
            if (!each.getKey().equals("average")) {
                merge.parameter("weight", 0.7).parameter("density", 0.5);
            }
            merge.outputDType(DType.F64).plan(out()).run().close();
            String recipe = Files.readString(out().resolve("mergekit_config.yml"));
            assertTrue(recipe.startsWith("merge_method: " + each.getValue() + "\n"), recipe);
            assertFalse(recipe.contains("sign_election"), recipe);
            Path again = folder.resolve("again.safetensors");
            Merge.recipe(out().resolve("mergekit_config.yml"))
                    .seed(5)
                    .overwrite(true)
                    .plan(again)
                    .run()
                    .close();
            assertArrayEquals(tensor(out()), tensor(again), each.getKey());
        }
    }

    @Test
    void aModelGoesByItsReference() throws IOException {
        average().reference(b, "hf://org/name@v1").plan(out()).run().close();
        String recipe = Files.readString(out().resolve("mergekit_config.yml"));
        assertTrue(recipe.contains("- model: '" + a + "'\n"), recipe);
        assertTrue(recipe.contains("- model: 'hf://org/name@v1'\n"), recipe);
        String card = Files.readString(out().resolve("README.md"));
        assertTrue(card.contains("\n* a\n* hf://org/name@v1\n"), card);
    }

    @Test
    void theCardTellsWhatTheRecipeDoesNot() throws IOException {
        Path recipe = recipe("");
        Merge.recipe(recipe)
                .resolver(reference -> b)
                .parameter("normalize", "false")
                .outputDType(DType.F16)
                .seed(-1)
                .rng(RandomGenerator.MT19937)
                .missing(Missing.AVAILABLE)
                .nonFloat(NonFloat.FIRST)
                .plan(out())
                .run()
                .close();
        String card = Files.readString(out().resolve("README.md"));
        for (String expected : List.of(
                "\n* a\n* hf://org/name\n",
                "* seed of random masks: 18446744073709551615, drawn by `mt19937`\n",
                "* dtype: F16\n",
                "* `normalize`: false, in place of the recipe's\n",
                "`fundir merge mergekit_config.yml -o OUT --seed 18446744073709551615 --set rng=mt19937"
                        + " --set normalize=false --dtype F16 --missing available --non-float first`")) {
            assertTrue(card.contains(expected), card);
        }
    }

    @Test
    void filesThatAreAllCalledAlikeGoByTheirFolders() throws IOException {
        Merge.method("average")
                .model(a.resolve("model.safetensors"))
                .model(Files.copy(b.resolve("model.safetensors"), folder.resolve("code.safetensors")))
                .plan(out())
                .run()
                .close();
        String card = Files.readString(out().resolve("README.md"));
        assertTrue(card.contains("\n* a\n* code.safetensors\n"), card);
    }

    private Merge average() {
        return Merge.method("average").model(a).model(b);
    }

    private Path model(String name, int factor) throws IOException {
        float[] values = new float[500];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i % 13) * factor + i % 7;
        }
        Path model = Files.createDirectory(folder.resolve(name));
        SampleCheckpoint.at(model.resolve("model.safetensors")).f32("w", values).write();
        return model;
    }

    private Path recipe(String more) throws IOException {
        return Files.writeString(folder.resolve("recipe.yml"), """
                merge_method: linear
                models: [{model: %s}, {model: hf://org/name}]
                parameters: {weight: 1}
                %s
                """.formatted(a, more)
                .replace("hf://org/name", more.isEmpty() ? "\"hf://org/name\"" : b.toString()));
    }

    private Path out() {
        return folder.resolve("out");
    }

    private static String only(List<String> notices) {
        assertEquals(1, notices.size(), notices.toString());
        return notices.get(0);
    }

    private static byte[] tensor(Path path) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(path)) {
            ByteBuffer buffer = checkpoint.tensor("w").buffer();
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        }
    }

    private static Set<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }
}
