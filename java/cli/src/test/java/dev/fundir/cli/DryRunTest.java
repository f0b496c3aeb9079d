package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.Checkpoint;
import dev.fundir.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code --dry-run} shows of a merge, and the options that it shows. */
class DryRunTest {
    @TempDir
    Path folder;

    private Path a;
    private Path b;

    @BeforeEach
    void writeModels() throws IOException {
        a = folder.resolve("a.safetensors");
        b = folder.resolve("b.safetensors");
        DemoModel.write(a, 1);
        DemoModel.write(b, 2);
    }

    @Test
    void stackedLayersTellWhereTheyComeFrom() throws IOException {
        Path recipe = Files.writeString(folder.resolve("recipe.yml"), """
                merge_method: passthrough
                slices:
                - sources: [{model: %s, layer_range: [0, 1]}]
                - sources: [{model: %s, layer_range: [0, 1]}]
                """.formatted(a, b));
        FundirProcess.Outcome text =
                Command.run("merge", recipe.toString(), "-o", out("x").toString(), "--dry-run", "-v");
        assertTrue(text.out().contains("  1  " + a + "  scale=1.0\n  2  " + b + "  scale=1.0\n"), text.out());
        assertTrue(line(text, "model.layers.0.self_attn.q_proj.weight").endsWith("  passthrough of 1"), text.out());
        assertTrue(
                line(text, "model.layers.1.self_attn.q_proj.weight")
                        .endsWith("  passthrough of 2:model.layers.0.self_attn.q_proj.weight"),
                text.out());
        String json = Command.run("merge", recipe.toString(), "-o", out("x").toString(), "--dry-run", "--json")
                .out()
                .replaceAll("\\s+", " ");
        assertTrue(
                json.contains("\"input\" : 2, \"model\" : 1, \"tensor\" : \"model.layers.0.self_attn.q_proj.weight\""),
                json);
    }

    @Test
    void layersThatAreMadeAlikeAreShownOnce() {
        String text = merge(out("x.safetensors"), "--method", "linear", "--weights", "0.25,0.75", "--dry-run")
                .out();
        assertEquals(
                """
                Inputs
                  1  A  weight=0.25
                  2  B  weight=0.75

                Parameters
                  normalize  true

                Tensors, all by linear of 1, 2
                  lm_head.weight                       BF16  [2048, 192]   786 kB
                  model
                    embed_tokens.weight                BF16  [2048, 192]   786 kB
                    layers.0-3 × 9 tensors
                      input_layernorm.weight           BF16  [192]          384 B
                      mlp
                        down_proj.weight               BF16  [192, 512]    197 kB
                        gate_proj.weight               BF16  [512, 192]    197 kB
                        up_proj.weight                 BF16  [512, 192]    197 kB
                      post_attention_layernorm.weight  BF16  [192]          384 B
                      self_attn
                        k_proj.weight                  BF16  [192, 192]   73.7 kB
                        o_proj.weight                  BF16  [192, 192]   73.7 kB
                        q_proj.weight                  BF16  [192, 192]   73.7 kB
                        v_proj.weight                  BF16  [192, 192]   73.7 kB
                    norm.weight                        BF16  [192]          384 B

                Outputs
                  OUT

                Work
                  method  linear of 2 models
                  merged  39 tensors
                  reads   10.2 MB
                  writes  5.12 MB
                """,
                text.substring(0, text.indexOf("  memory"))
                        .replace(a.toString(), "A")
                        .replace(b.toString(), "B")
                        .replace(out("x.safetensors").toString(), "OUT"));
    }

    @Test
    void layersThatComeFromOthersFoldAsFarAsTheyAreMovedAlike() throws IOException {
        Path recipe = Files.writeString(folder.resolve("recipe.yml"), """
                merge_method: passthrough
                slices:
                - sources: [{model: %1$s, layer_range: [0, 3]}]
                - sources: [{model: %2$s, layer_range: [1, 4]}]
                - sources: [{model: %1$s, layer_range: [3, 4]}]
                """.formatted(a, b));
        FundirProcess.Outcome outcome = Command.run("merge", recipe.toString(), "-o", out("x").toString(), "--dry-run");
        assertTrue(outcome.out().contains("Tensors, by passthrough of 1 where nothing else is said\n"), outcome.out());
        List<String> layers = outcome.out()
                .lines()
                .map(String::strip)
                .filter(line -> line.matches("[0-9]+(-[0-9]+ × 9 tensors)?(  .*)?"))
                .filter(line -> !line.startsWith("1  /"))
                .filter(line -> !line.startsWith("2  /"))
                .toList();
        assertEquals(
                List.of(
                        "0-2 × 9 tensors",
                        "3-5 × 9 tensors  passthrough of 2:model.layers.1-3",
                        "6  passthrough of 1:model.layers.3"),
                layers,
                outcome.out());
    }

    @Test
    void parametersThatDifferStandBesideTheTensors() throws IOException {
        Path recipe = Files.writeString(folder.resolve("recipe.yml"), """
                merge_method: slerp
                base_model: %1$s
                slices:
                - sources: [{model: %1$s, layer_range: [0, 4]}, {model: %2$s, layer_range: [0, 4]}]
                parameters: {t: [{filter: mlp, value: 0.75}, {value: 0.5}]}
                """.formatted(a, b));
        FundirProcess.Outcome outcome = Command.run("merge", recipe.toString(), "-o", out("x").toString(), "--dry-run");
        assertTrue(outcome.out().contains("  t  differs, see the tensors\n"), outcome.out());
        assertTrue(
                outcome.out().contains("Tensors, by slerp(t=0.5) of 0, 1 where nothing else is said\n"), outcome.out());
        assertTrue(outcome.out().contains("    layers.0-3 × 9 tensors\n"), outcome.out());
        assertTrue(outcome.out().contains("      mlp  slerp(t=0.75) of 0, 1\n"), outcome.out());
        assertTrue(line(outcome, "down_proj.weight").endsWith(" kB"), outcome.out());
    }

    @Test
    void seedAndGeneratorAreShown() {
        String[] options = {
            "--method", "dare_ties", "--seed", "18446744073709551615", "--set", "rng=mt19937", "--dry-run"
        };
        FundirProcess.Outcome text = merge(out("x"), options);
        assertTrue(text.out().contains("  random  seed 18446744073709551615 of mt19937\n"), text.out());
        String json = merge(out("x"), "--method", "dare_ties", "--seed", "18446744073709551615", "--dry-run", "--json")
                .out();
        assertTrue(json.contains("\"seed\" : 18446744073709551615,"), json);
        assertTrue(json.contains("\"rng\" : \"philox\","), json);
    }

    @Test
    void anOutputThatExistsIsSaidAndStays() throws IOException {
        Path out = Files.writeString(out("x.safetensors"), "mine");
        FundirProcess.Outcome outcome = merge(out, "--method", "average", "--dry-run");
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertEquals("note: " + out + " exists: without --dry-run this needs --force\n", outcome.err());
        assertEquals("mine", Files.readString(out));
        assertEquals(
                "", merge(out, "--method", "average", "--dry-run", "--force").err());
        String json = merge(out, "--method", "average", "--dry-run", "--json").out();
        assertTrue(json.contains("\"replaced\" : [ \"" + out + "\" ]"), json);
    }

    @Test
    void outputsOfEightBitsCanBeAskedFor() throws IOException {
        Path out = out("x.safetensors");
        assertEquals(
                0, merge(out, "--method", "average", "--dtype", "float8_e4m3fn").exitCode());
        try (Checkpoint checkpoint = Checkpoint.open(out)) {
            assertEquals(DType.F8_E4M3, checkpoint.tensor("model.norm.weight").dtype());
        }
    }

    @Test
    void anOutputHasAName() {
        FundirProcess.Outcome outcome = Command.run("merge", a.toString(), b.toString(), "-m", "average", "-o", "");
        assertEquals(
                "fundir: the output has no name; it is a folder, or a file whose name ends in .safetensors\n",
                outcome.err());
    }

    /** The line of a tensor. */
    private static String line(FundirProcess.Outcome outcome, String name) {
        return outcome.out()
                .lines()
                .filter(line -> line.strip().startsWith(name + " "))
                .findFirst()
                .orElseThrow();
    }

    private FundirProcess.Outcome merge(Path out, String... options) {
        String[] all = new String[options.length + 5];
        System.arraycopy(new String[] {"merge", a.toString(), b.toString(), "-o", out.toString()}, 0, all, 0, 5);
        System.arraycopy(options, 0, all, 5, options.length);
        return Command.run(all);
    }

    private Path out(String name) {
        return folder.resolve(name);
    }
}
