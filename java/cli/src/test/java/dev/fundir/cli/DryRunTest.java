package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.Checkpoint;
import dev.fundir.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        FundirProcess.Outcome text = Command.run("merge", recipe.toString(), "-o", out("x").toString(), "--dry-run");
        assertTrue(text.out().contains("  1  " + a + "\n  2  " + b + "\n"), text.out());
        assertTrue(
                text.out()
                        .contains(
                                "model.layers.0.self_attn.q_proj.weight  BF16 [192, 192]  passthrough of 1(scale=1.0)\n"),
                text.out());
        assertTrue(
                text.out().contains("passthrough of 2:model.layers.0.self_attn.q_proj.weight(scale=1.0)\n"),
                text.out());
        String json = Command.run("merge", recipe.toString(), "-o", out("x").toString(), "--dry-run", "--json")
                .out()
                .replaceAll("\\s+", " ");
        assertTrue(
                json.contains("\"input\" : 2, \"model\" : 1, \"tensor\" : \"model.layers.0.self_attn.q_proj.weight\""),
                json);
    }

    @Test
    void seedAndGeneratorAreShown() {
        String[] options = {
            "--method", "dare_ties", "--seed", "18446744073709551615", "--set", "rng=mt19937", "--dry-run"
        };
        FundirProcess.Outcome text = merge(out("x"), options);
        assertTrue(text.out().contains(", seed 18446744073709551615 of mt19937;"), text.out());
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
