package dev.fundir.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** A folder with the small models {@code base}, {@code a} and {@code b}, and recipes for them. */
record SampleRecipes(Path folder) {
    static final int LAYERS = 5;

    static SampleRecipes in(Path folder) throws IOException {
        SampleRecipes sample = new SampleRecipes(folder);
        for (String name : List.of("base", "a", "b")) {
            sample.model(name, true, "{\"num_hidden_layers\": 5, \"vocab_size\": 9, \"torch_dtype\": \"float32\"}");
        }
        return sample;
    }

    void model(String name, boolean hasHead, String config) throws IOException {
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

    /** Writes a recipe in which {@code $name} stands for the model of this name. */
    Path recipe(String text) throws IOException {
        return Files.writeString(folder.resolve("recipe.yml"), here(text));
    }

    String here(String text) {
        return text.replaceAll("\\$(\\w+)", "'" + folder + "/$1'");
    }

    Path out() {
        return folder.resolve("out");
    }

    /** What is wrong with a recipe, without the name of its file. */
    List<String> mistakes(String text) throws IOException {
        Path recipe = recipe(text);
        return refused(Merge.recipe(recipe)).problems().stream()
                .map(problem -> problem.replace(recipe + ":", "").replace(folder + "/", ""))
                .toList();
    }

    MergeException refused(Merge merge) {
        return assertThrows(MergeException.class, () -> merge.plan(out()));
    }

    /** The problems begin with these texts, in this order, and there are no others. */
    void assertMistakes(String text, String... beginnings) throws IOException {
        List<String> mistakes = mistakes(text);
        boolean all = mistakes.size() == beginnings.length
                && IntStream.range(0, beginnings.length)
                        .allMatch(i -> mistakes.get(i).startsWith(beginnings[i]));
        assertEquals(List.of(beginnings), all ? List.of(beginnings) : mistakes, text);
    }
}
