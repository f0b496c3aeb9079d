package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code inspect} shows of elements. */
class InspectModesTest {
    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void writeModel() throws IOException {
        model = folder.resolve("m.safetensors");
        float[] ramp = new float[200];
        for (int i = 0; i < ramp.length; i++) {
            ramp[i] = i % 10 - 4.5f;
        }
        ramp[7] = 100;
        CheckpointWriter writer = CheckpointWriter.to(model);
        for (String layer : new String[] {"h.0", "h.1", "h.10"}) {
            writer.tensor(layer + ".w", DType.F32, new long[] {10, 20}, ramp);
            writer.tensor(layer + ".bias", DType.F32, new long[] {2}, new float[] {0, 2});
        }
        writer.tensor("norm", DType.F32, new long[] {2}, new float[] {Float.NaN, 1});
        writer.write();
    }

    private String show(String... options) {
        String[] line = new String[options.length + 2];
        line[0] = "inspect";
        line[1] = model.toString();
        System.arraycopy(options, 0, line, 2, options.length);
        FundirProcess.Outcome outcome = Command.run(line);
        assertEquals(0, outcome.exitCode(), outcome.err());
        return outcome.out();
    }

    private static String from(String heading, String out) {
        return out.substring(out.indexOf("\n" + heading) + 1);
    }

    @Test
    void statisticsAreATableByLayer() {
        assertEquals("""
                Statistics
                           min  max   mean   std  norm  zero
                  h.0
                    bias     0    2      1     1     2   50%
                    w     -4.5  100  0.487  7.61   108    0%
                  h.1
                    bias     0    2      1     1     2   50%
                    w     -4.5  100  0.487  7.61   108    0%
                  h.10
                    bias     0    2      1     1     2   50%
                    w     -4.5  100  0.487  7.61   108    0%
                  norm       1    1      1     0     1    0%
                  norm: 1 NaN, 0 infinite, not counted in any figure
                """, from("Statistics", show("--mode", "stats")));
    }

    @Test
    void outliersAreTheFarthestFirst() {
        assertEquals("""
                Outliers, more than 3 standard deviations from the mean
                         elements  share  farthest     z  at
                  h.1.w         1   0.5%       100  13.1  [0, 7]
                """, from("Outliers", show("--mode", "outliers", "--tensor", "h.1.w")));
        assertTrue(show("--mode", "outliers", "--z-threshold", "20").contains("  none\n"));
    }

    @Test
    void distributionsAreALineForEachTensor() {
        String out = from("Distribution", show("--mode", "distribution"));
        assertTrue(
                out.lines().anyMatch(line -> line.matches("    w +-4.5  \\|[ .:=+*#@-]{32}\\|  30.9 \\(1 outside\\)")),
                out);
    }

    @Test
    void aFewDistributionsAreDrawn() {
        String out = from("Distribution", show("--mode", "distribution", "--tensor", "h.0.bias"));
        assertTrue(out.contains("  h.0.bias\n"), out);
        assertEquals(34, out.lines().count(), out);
        assertTrue(out.lines().anyMatch(line -> line.matches("\\s+0  #{40}\\s+50%")), out);
    }

    @Test
    void theSchemaHasEachKindOnce() {
        assertEquals("""
                Schema
                  h.{0-1}.bias  F32  [2]       × 2
                  h.{0-1}.w     F32  [10, 20]  × 2
                  h.10.bias     F32  [2]       × 1
                  h.10.w        F32  [10, 20]  × 1
                  norm          F32  [2]       × 1
                """, from("Schema", show("--mode", "schema")));
    }

    @Test
    void aPatternThatMatchesNothingIsSaid() {
        FundirProcess.Outcome outcome = Command.run("inspect", model.toString(), "--tensor", "x*");
        assertEquals(1, outcome.exitCode());
        assertEquals(
                "fundir: " + model + ": none of its 7 tensors has a name like x*; fundir inspect -v lists them\n",
                outcome.err());
    }

    @Test
    void modesAndThresholdsAreChecked() {
        FundirProcess.Outcome mode = Command.run("inspect", model.toString(), "--mode", "stat");
        assertEquals(2, mode.exitCode());
        assertEquals(
                2,
                Command.run("inspect", model.toString(), "--z-threshold", "0").exitCode());
    }

    @Test
    void reportsAreWrittenOnce() throws IOException {
        Path html = folder.resolve("r.html");
        assertTrue(show("--html", html.toString()).endsWith("Report: " + html + "\n"));
        byte[] first = Files.readAllBytes(html);
        FundirProcess.Outcome again = Command.run("inspect", model.toString(), "--html", html.toString());
        assertEquals(1, again.exitCode());
        assertTrue(again.err().startsWith("fundir: " + html + ": exists"), again.err());
        show("--html", html.toString(), "--force");
        assertArrayEquals(first, Files.readAllBytes(html));
    }
}
