package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What bash makes of the words before the cursor. */
@DisabledOnOs(OS.WINDOWS)
class CompletionTest {
    @TempDir
    Path folder;

    @Test
    void commandsOptionsAndValuesAreCompleted() throws Exception {
        assertEquals(List.of("inspect"), complete("ins"));
        assertTrue(complete("merge", "--dry").contains("--dry-run"));
        assertEquals(List.of("ties"), complete("merge", "--method", "ti"));
        assertEquals(List.of("BF16"), complete("merge", "--dtype", "B"));
        assertEquals(List.of("q8_0"), complete("convert", "--dtype", "q8"));
        assertEquals(List.of("stats"), complete("inspect", "--mode", "st"));
        assertEquals(List.of("bash"), complete("completion", "b"));
        assertFalse(complete("").isEmpty());
    }

    @Test
    void pathsAreCompleted() throws Exception {
        Files.createFile(folder.resolve("model.safetensors"));
        assertEquals(List.of("model.safetensors"), complete("inspect", "mod"));
        assertEquals(List.of("model.safetensors"), complete("merge", "--base", "mod"));
    }

    @Test
    void otherShellsAreRefused() {
        assertEquals(2, Command.run("completion", "fish").exitCode());
    }

    private List<String> complete(String... words) throws IOException, InterruptedException {
        FundirProcess.Outcome script = Command.run("completion", "bash");
        assertEquals(0, script.exitCode(), script.err());
        Path file = Files.writeString(folder.resolve("completion"), script.out());
        String typed = Arrays.stream(words).map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        String program = "source '" + file + "'; COMP_WORDS=(fundir " + typed + "); COMP_CWORD=" + words.length
                + "; _complete_fundir; printf '%s\\n' \"${COMPREPLY[@]}\"";
        Process bash = new ProcessBuilder("bash", "-c", program)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String replies = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        bash.waitFor();
        return replies.lines()
                .map(String::strip)
                .filter(reply -> !reply.isEmpty())
                .toList();
    }
}
