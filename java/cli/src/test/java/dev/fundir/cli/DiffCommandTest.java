package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fundir diff} as people call it. */
class DiffCommandTest {
    @TempDir
    Path folder;

    private CheckpointWriter model(String name) {
        return CheckpointWriter.to(folder.resolve(name))
                .tensor("h.0.w", DType.F32, new long[] {2}, new float[] {3, 4})
                .tensor("h.1.w", DType.F32, new long[] {2}, new float[] {1, 1});
    }

    private FundirProcess.Outcome diff(String... more) throws Exception {
        String[] line = new String[more.length + 3];
        line[0] = "diff";
        line[1] = "a.safetensors";
        line[2] = "b.safetensors";
        System.arraycopy(more, 0, line, 3, more.length);
        return FundirProcess.run(folder, line);
    }

    @Test
    void equalModelsAreNoFailure() throws Exception {
        model("a.safetensors").write();
        model("b.safetensors").write();
        FundirProcess.Outcome outcome = diff();
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertTrue(outcome.out().endsWith("\nThe models are equal: 2 tensors.\n"), outcome.out());
    }

    @Test
    void everyKindOfDifferenceIsShown() throws Exception {
        model("a.safetensors")
                .metadata("k", "1")
                .metadata("gone", "x")
                .tensor("old", DType.I8, new long[] {1}, new byte[1])
                .tensor("size", DType.I8, new long[] {2}, new byte[2])
                .tensor("type", DType.F32, new long[] {1}, new float[] {1})
                .write();
        CheckpointWriter.to(folder.resolve("b.safetensors"))
                .metadata("k", "2")
                .tensor("h.0.w", DType.F32, new long[] {2}, new float[] {3, 9})
                .tensor("h.1.w", DType.F32, new long[] {2}, new float[] {1, 1})
                .tensor("new", DType.I8, new long[] {1}, new byte[1])
                .tensor("size", DType.I8, new long[] {3}, new byte[3])
                .tensor("type", DType.F64, new long[] {1}, new double[] {1})
                .write();
        FundirProcess.Outcome outcome = diff();
        assertEquals(1, outcome.exitCode(), outcome.err());
        assertEquals("", outcome.err());
        String out = outcome.out();
        assertTrue(out.contains("\nOnly in A\n  old  I8  [1]  1 B\n"), out);
        assertTrue(out.contains("\nOnly in B\n  new  I8  [1]  1 B\n"), out);
        assertTrue(out.contains("\nOther shape\n  size  [2]  →  [3]\n"), out);
        assertTrue(out.contains("\nOther dtype\n  type  F32  →  F64\n"), out);
        assertTrue(out.contains("\n  -  gone  x\n  ≠  k     1 → 2\n"), out);
        assertTrue(out.contains("\n  h.0         1        5        1  0.948683  "), out);
        assertTrue(out.contains("\n  h.1         1        0        0         1\n"), out);
        assertTrue(out.contains("\n  h.0.w     50%        5        1  0.948683\n"), out);
        assertTrue(
                out.endsWith(
                        "\nThe models differ: 2 tensors have the same elements, 1 other ones, 1 another shape, 1 are"
                                + " only in A, 1 only in B.\n"),
                out);
    }

    @Test
    void onlyTensorsWithSuchNamesAreCompared() throws Exception {
        model("a.safetensors")
                .tensor("x", DType.I8, new long[] {1}, new byte[1])
                .write();
        model("b.safetensors").write();
        assertEquals(1, diff().exitCode());
        assertEquals(0, diff("--tensor", "h.*").exitCode());
    }
}
