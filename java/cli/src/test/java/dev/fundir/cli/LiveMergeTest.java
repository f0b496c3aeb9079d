package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Merges on a terminal: what is seen while they run, and after. */
@EnabledOnOs(OS.LINUX)
class LiveMergeTest {
    private static final int LAYERS = 12;
    private static final int BYTES = 8_000_000;

    @TempDir
    Path folder;

    @BeforeEach
    void writeModels() throws IOException {
        for (String name : List.of("a.safetensors", "b.safetensors")) {
            CheckpointWriter writer = CheckpointWriter.to(folder.resolve(name));
            for (int layer = 0; layer < LAYERS; layer++) {
                writer.tensor(
                        "model.layers." + layer + ".a_module_of_a_long_name.self_attn.q_proj.weight",
                        DType.BF16,
                        new long[] {BYTES / 4000, 2000},
                        ByteBuffer.allocate(BYTES));
            }
            writer.tensor("model.position_ids", DType.I64, new long[] {4}, ByteBuffer.allocate(32));
            writer.write();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 80, 200})
    void aTableIsDrawnInItsPlaceAndGoesAway(int columns) throws Exception {
        TerminalProcess merge = start(columns, Map.of());
        assertEquals(0, merge.exitCode(), merge.written());
        ScreenModel screen = ScreenModel.of(merge.written());
        List<String> first = screen.frames().get(0);
        List<String> table = first.subList(tableBegin(first), first.size());
        assertEquals("dare_ties to out.safetensors", table.get(0));
        assertTrue(table.get(1).matches("[█▏▎▍▌▋▊▉ ]+ +\\d+%  .*/s.*"), table.get(1));
        assertTrue(table.get(2).matches("  tensors  \\d+ of 12 merged, 0 of 1 copied"), table.get(2));
        assertTrue(table.get(3).matches("  inputs   .* of 192 MB"), table.get(3));
        assertTrue(table.get(4).matches("  written  .* of 96\\.0 MB"), table.get(4));
        assertTrue(table.get(5).matches("  layers   [█▒░]{12}  \\d+ of 12"), table.get(5));
        assertTrue(
                table.get(6).matches("  now      .*q_proj\\.weight  BF16 \\[2000, 2000\\]  8\\.00 MB"), table.get(6));
        for (List<String> frame : screen.frames()) {
            assertTrue(frame.size() <= first.size(), () -> String.join("\n", frame));
        }
        assertTrue(screen.widest() <= Math.max(columns - 1, 78), "a line of " + screen.widest());
        assertEquals(List.of("out.safetensors"), screen.lines().subList(1, 2), "the table is still there");
        assertNormal(screen);
    }

    @Test
    void ctrlCLeavesACleanTerminalAndNoFile() throws Exception {
        TerminalProcess merge = start(80, Map.of());
        merge.await("layers ");
        merge.pressCtrlC();
        assertEquals(130, merge.exitCode(), merge.written());
        ScreenModel screen = ScreenModel.of(merge.written());
        assertEquals(List.of("note: no base is given: the first model, a.safetensors, is the base"), screen.lines());
        assertNormal(screen);
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(
                    List.of("a.safetensors", "b.safetensors"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void withoutUnicodeTheTableIsAscii() throws Exception {
        TerminalProcess merge = start(80, Map.of("LC_ALL", "C"));
        assertEquals(0, merge.exitCode(), merge.written());
        assertTrue(merge.written().contains("layers"), merge.written());
        assertTrue(merge.written().chars().allMatch(c -> c < 128), merge.written());
    }

    @Test
    void aTerminalWhoseCursorCannotMoveGetsPlainLines() throws Exception {
        TerminalProcess merge = start(80, Map.of("TERM", "dumb"));
        assertEquals(0, merge.exitCode(), merge.written());
        assertFalse(merge.written().contains("\u001b"), merge.written());
    }

    @Test
    void quietDrawsNothing() throws Exception {
        TerminalProcess merge = start(80, Map.of(), "-q");
        assertEquals(0, merge.exitCode(), merge.written());
        assertFalse(merge.written().contains("\u001b"), merge.written());
        assertTrue(merge.written().startsWith("out.safetensors\r\n"), merge.written());
    }

    private static int tableBegin(List<String> lines) {
        return lines.indexOf("dare_ties to out.safetensors");
    }

    private static void assertNormal(ScreenModel screen) {
        assertTrue(screen.cursorVisible(), "the cursor stayed hidden");
        assertTrue(screen.wraps(), "lines stayed cut");
    }

    /** One thread and masks that are drawn in sequence take this merge about a second. */
    private TerminalProcess start(int columns, Map<String, String> environment, String... more) throws IOException {
        String[] arguments =
                "merge a.safetensors b.safetensors -m dare_ties --set rng=mt19937 --threads 1 -o out.safetensors"
                        .split(" ", -1);
        String[] all = Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
        return TerminalProcess.start(folder, columns, environment, all);
    }
}
