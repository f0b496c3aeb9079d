package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fundir verify} as people call it. */
class VerifyCommandTest {
    @TempDir
    Path folder;

    @BeforeEach
    void writeModels() throws IOException {
        CheckpointWriter.to(folder.resolve("good.safetensors"))
                .tensor("w", DType.F32, new long[] {2}, new float[] {1, 2})
                .write();
        CheckpointWriter.to(folder.resolve("nan.safetensors"))
                .tensor("w", DType.F32, new long[] {2}, new float[] {Float.NaN, 2})
                .write();
        byte[] whole = Files.readAllBytes(folder.resolve("good.safetensors"));
        Files.write(folder.resolve("long.safetensors"), Arrays.copyOf(whole, whole.length + 1));
    }

    @Test
    void goodModelsAreALineEach() throws Exception {
        FundirProcess.Outcome outcome =
                FundirProcess.run(folder, "verify", "good.safetensors", "good.safetensors", "--strict");
        assertEquals(0, outcome.exitCode(), outcome.err());
        String line = "good.safetensors: ok, 1 tensor in 1 file, "
                + ByteSize.format(Files.size(folder.resolve("good.safetensors"))) + ", no NaN, nothing infinite\n";
        assertEquals(line + line, outcome.out());
    }

    @Test
    void findingsStandBelowTheirModelAndAllModelsAreLookedAt() throws Exception {
        FundirProcess.Outcome outcome = FundirProcess.run(
                folder, "verify", "none.safetensors", "nan.safetensors", "long.safetensors", "good.safetensors");
        assertEquals(1, outcome.exitCode(), outcome.err());
        assertEquals("", outcome.err());
        String[] lines = outcome.out().lines().toArray(String[]::new);
        assertEquals(7, lines.length, outcome.out());
        assertEquals("none.safetensors: 1 problem", lines[0]);
        assertEquals("  UNREADABLE  none.safetensors: no such file or folder", lines[1]);
        assertEquals("  NAN  nan.safetensors: tensor w: 1 of 2 elements are NaN", lines[3]);
        assertEquals("long.safetensors: 1 problem", lines[4]);
        assertEquals("  TRAILING_BYTES", lines[5].substring(0, 16));
    }

    @Test
    void checksumsAreThoseOfOtherTools() throws Exception {
        Path file = Files.writeString(folder.resolve("x.gguf"), "abc");
        FundirProcess.Outcome outcome = Command.run("verify", file.toString(), "--sha256", "--headers-only");
        assertEquals(1, outcome.exitCode());
        assertEquals(
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  " + file,
                outcome.out().lines().reduce((first, last) -> last).orElseThrow());
    }
}
