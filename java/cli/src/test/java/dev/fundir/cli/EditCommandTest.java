package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.Checkpoint;
import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fundir edit} as people call it. */
class EditCommandTest {
    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void makeModel() throws IOException {
        model = folder.resolve("m.safetensors");
        CheckpointWriter.to(model)
                .metadata("format", "np")
                .metadata("step", "12")
                .tensor("a", DType.F32, new long[] {1}, ByteBuffer.allocate(4))
                .tensor("b", DType.U8, new long[] {1}, ByteBuffer.allocate(1))
                .write();
    }

    private FundirProcess.Outcome edit(String... options) {
        String[] arguments = new String[options.length + 2];
        arguments[0] = "edit";
        arguments[1] = model.toString();
        System.arraycopy(options, 0, arguments, 2, options.length);
        return Command.run(arguments);
    }

    @Test
    void oneLineSaysWhatWasChanged() throws IOException {
        FundirProcess.Outcome outcome = edit("--set", "format=pt", "--unset", "step", "--rename", "b=c=d");
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertTrue(
                outcome.out()
                        .matches(
                                Pattern.quote(model.toString())
                                        + ": 1 key set, 1 key removed, 1 tensor renamed; only \\d+ bytes of the header written\n"),
                outcome.out());
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            assertEquals(Map.of("format", "pt"), checkpoint.metadata());
            assertEquals(List.of("a", "c=d"), checkpoint.names());
        }
        assertEquals(
                model + ": 1 key set; the file says so already\n",
                edit("--set", "format=pt").out());
        long size = Files.size(model);
        FundirProcess.Outcome longer = edit("--set", "note=" + "x".repeat(500), "--set", "format=");
        assertEquals(
                model + ": 2 keys set; the whole file written again, " + ByteSize.format(size + 4096) + "\n",
                longer.out());
    }

    @Test
    void aCopyNeedsForceToReplaceAnother() throws IOException {
        byte[] before = Files.readAllBytes(model);
        Path out = folder.resolve("out.safetensors");
        String[] options = {"--rename", "a=b", "--rename", "b=a", "-o", out.toString()};
        FundirProcess.Outcome outcome = edit(options);
        assertEquals(
                out + ": 2 tensors renamed; a new file written, " + ByteSize.format(before.length) + "\n",
                outcome.out());
        assertEquals(-1, Arrays.mismatch(before, Files.readAllBytes(model)));
        FundirProcess.Outcome again = edit(options);
        assertEquals(1, again.exitCode());
        assertEquals("fundir: " + out + ": exists and is not to be replaced\nhint: --force replaces it\n", again.err());
        Files.writeString(out, "something else");
        assertEquals(0, edit("--rename", "a=x", "-o", out.toString(), "--force").exitCode());
        try (Checkpoint checkpoint = Checkpoint.open(out)) {
            assertEquals(List.of("b", "x"), checkpoint.names());
        }
    }

    @Test
    void jsonTellsWhatWasDoneAndHow() {
        assertEquals(
                """
                {
                  "output" : "%s",
                  "set" : {
                    "format" : "pt"
                  },
                  "unset" : [ ],
                  "renamed" : {
                    "a" : "z"
                  },
                  "inPlace" : true,
                  "bytesWritten" : %d
                }
                """.formatted(model, bytesFromFormatToA()),
                edit("--set", "format=pt", "--rename", "a=z", "--json").out());
    }

    /** From the changed value to the changed name in the header's text. */
    private static int bytesFromFormatToA() {
        return "pt\",\"step\":\"12\"},\"z".length();
    }

    @Test
    void everyMistakeIsALine() throws IOException {
        FundirProcess.Outcome outcome = edit("--unset", "stpe", "--rename", "aa=c", "--rename", "a=b");
        assertEquals(1, outcome.exitCode());
        assertEquals("", outcome.out());
        assertEquals(
                List.of(
                        "fundir: " + model + ": has no metadata key stpe; did you mean step?",
                        "fundir: " + model + ": has no tensor aa; did you mean a, b?",
                        "fundir: tensor a cannot be called b: the file has a tensor of this name; rename that one too, or"
                                + " choose another name"),
                outcome.err().lines().toList());
    }

    @Test
    void aChangeHasTwoSides() {
        assertEquals(2, edit().exitCode());
        assertTrue(edit().err().startsWith("fundir: there is nothing to change: give --set"), edit().err());
        FundirProcess.Outcome outcome = edit("--set", "format");
        assertEquals(2, outcome.exitCode());
        assertEquals(
                "fundir: --set format: expected two texts with = between them",
                outcome.err().lines().findFirst().orElseThrow());
        assertEquals(2, edit("--rename", "a").exitCode());
    }

    @Test
    void whatIsNoFileIsSaid() {
        FundirProcess.Outcome outcome = Command.run("edit", folder.toString(), "--set", "k=v");
        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.err().contains("is a folder, not a file"), outcome.err());
    }
}
