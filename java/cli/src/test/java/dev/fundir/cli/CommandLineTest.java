package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What all commands share. */
class CommandLineTest {
    @TempDir
    Path folder;

    @Test
    void helpIsACommandToo() {
        assertEquals(Command.run("--help"), Command.run("help"));
        assertEquals(Command.run("merge", "--help"), Command.run("help", "merge"));
        assertEquals(0, Command.run("help", "merge").exitCode());
        assertEquals(FundirCommand.WRONG_USAGE, Command.run("help", "nonsense").exitCode());
    }

    @Test
    void optionsMayStandBeforeTheCommand() {
        FundirProcess.Outcome outcome = Command.run("-q", "inspect", "--help");
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertEquals(Command.run("inspect", "--help").out(), outcome.out());
    }

    @Test
    void versionIsTheBuilds() throws Exception {
        FundirProcess.Outcome outcome = FundirProcess.run(folder, "--version");
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertTrue(outcome.out().matches("fundir \\d+\\.\\d+\\.\\d+\\S*\nJava .*\n"), outcome.out());
    }

    @Test
    void helpNamesTheCommands() {
        FundirProcess.Outcome outcome = Command.run("--help");
        assertEquals(0, outcome.exitCode());
        for (String command : new String[] {"merge", "inspect", "edit", "demo"}) {
            assertTrue(outcome.out().contains("\n  " + command + " "), outcome.out());
            FundirProcess.Outcome help = Command.run(command, "--help");
            assertEquals(0, help.exitCode());
            assertTrue(help.out().contains("fundir " + command), help.out());
            assertTrue(help.out().lines().allMatch(line -> line.length() <= 80), help.out());
        }
    }

    @Test
    void unknownCommandSuggestsOne() {
        FundirProcess.Outcome outcome = Command.run("mrege");
        assertEquals(2, outcome.exitCode());
        assertEquals("", outcome.out());
        assertTrue(outcome.err().endsWith("hint: did you mean merge?\n"), outcome.err());
    }

    @Test
    void noCommandIsWrongUsage() throws Exception {
        FundirProcess.Outcome outcome = FundirProcess.run(folder);
        assertEquals(2, outcome.exitCode());
        assertEquals("fundir: missing command\nhint: fundir --help shows what there is\n", outcome.err());
    }

    @Test
    void demoChecksWhatItMerged() throws Exception {
        FundirProcess.Outcome outcome = FundirProcess.run(folder, "demo");
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertTrue(outcome.out().contains("Checked: all 2557632 elements"), outcome.out());
    }
}
