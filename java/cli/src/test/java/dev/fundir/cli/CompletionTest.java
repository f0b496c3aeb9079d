package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

/** What bash and zsh make of the words before the cursor. */
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
        assertEquals(List.of("available"), complete("merge", "--missing", "a"));
        assertEquals(List.of("base"), complete("merge", "--non-float", "b"));
        assertEquals(List.of("--no-normalize"), complete("merge", "--no-n"));
        assertEquals(List.of(), complete("merge", "--weights", "t"));
        assertEquals(List.of("verify"), complete("help", "ve"));
        assertEquals(List.of("verify"), complete("-q", "ve"));
        assertTrue(complete("").containsAll(FundirCommand.SUBCOMMANDS));
    }

    @Test
    void valuesBehindAnEqualsSignAreCompleted() throws Exception {
        assertEquals(List.of("ties"), complete("merge", "--method", "=", "ti"));
        assertTrue(complete("merge", "--method", "=").contains("ties"));
        assertEquals(List.of("--method=ties"), complete("merge", "--method=ti"));
    }

    @Test
    void pathsAreCompleted() throws Exception {
        Files.createFile(folder.resolve("model.safetensors"));
        assertEquals(List.of("model.safetensors"), complete("inspect", "mod"));
        assertEquals(List.of("model.safetensors"), complete("merge", "--base", "mod"));
    }

    @Test
    void namesOfFilesAreNotExpanded() throws Exception {
        Files.createFile(folder.resolve("m $(touch made) it's"));
        assertEquals(List.of("m $(touch made) it's"), complete("inspect", "m"));
        assertFalse(Files.exists(folder.resolve("made")));
    }

    @Test
    void zshKnowsTheSame() throws Exception {
        assumeTrue(isThere("zsh"), "zsh is not installed");
        assertEquals("compadd -- error available\n", zsh("merge", "--missing", "a"));
        assertEquals("compadd -- bash zsh\n", zsh("completion", ""));
        assertEquals("_files\n", zsh("inspect", "mod"));
        assertEquals("_files\n", zsh("merge", "--base", "mod"));
        assertTrue(zsh("merge", "--method", "ti").contains(" ties"));
        assertTrue(zsh("merge", "--dr").contains("--dry-run:Show what would be done, and write nothing."));
        assertTrue(zsh("in").contains("inspect:Shows what a model holds\\: safetensors"));
        assertEquals("compset -P *=\ncompadd -- error base first\n", zsh("merge", "--non-float=b"));
    }

    /** What the script asks zsh for. */
    private String zsh(String... words) throws IOException, InterruptedException {
        Path script = Files.writeString(
                folder.resolve("script"), Command.run("completion", "zsh").out());
        String typed = Arrays.stream(words).map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        String program = "for f in compadd compset _files _message; do functions[$f]=\"print -r -- $f \\$*\"; done\n"
                + "_describe() { print -rl -- $described }\ncompdef() { }\nsource '" + script + "'\nwords=(fundir "
                + typed + ") CURRENT=" + (words.length + 1) + " PREFIX='" + words[words.length - 1] + "'\n_fundir";
        Process zsh = new ProcessBuilder("zsh", "-f", "-c", program)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(zsh.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, zsh.waitFor(), said);
        return said.replace(" \n", "\n");
    }

    private static boolean isThere(String shell) throws InterruptedException {
        try {
            return new ProcessBuilder(shell, "-c", ":").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
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
                + "; _fundir; printf '%s\\n' \"${COMPREPLY[@]}\"";
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
