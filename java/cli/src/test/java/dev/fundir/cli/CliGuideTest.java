package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The guide to the command line is what the commands say of themselves; {@code -Dfundir.renew} writes it anew. */
class CliGuideTest {
    private static final Path GUIDE = Path.of(System.getProperty("basedir", ""))
            .toAbsolutePath()
            .resolve("../../docs/cli.md")
            .normalize();

    private static final String RENEW = "docs/cli.md is not what the commands say; renew it by "
            + "mvn -B -ntp package -Dcargo.test.skip -pl java/cli -am -Dtest=CliGuideTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dfundir.renew=true";

    private static final String ABOUT = """
            # The command line

            What `fundir help` and `fundir help COMMAND` show. This file is made from them, by a test.

            | exit code | |
            |---|---|
            | 0 | done |
            | 1 | it failed, or a check found something |
            | 2 | wrong usage |
            | 130 | interrupted |

            | variable | |
            |---|---|
            | `JAVA_HOME` | the Java to use, else the one on the `PATH`; 17 or newer |
            | `FUNDIR_JAVA_OPTS` | options for the JVM, such as `-Xmx4g` |
            | `XDG_CACHE_HOME` | where class data is kept when the installation cannot be written to; `~/.cache` |
            | `TMPDIR` | where it is kept when that cannot be written to either; `/tmp` |
            | `NO_COLOR` | no colour, when it is not empty |
            """;

    @Test
    void guideIsWhatTheCommandsSay() throws IOException {
        String guide = guide();
        if (Boolean.getBoolean("fundir.renew")) {
            Files.writeString(GUIDE, guide);
        }
        assertEquals(guide, Files.exists(GUIDE) ? Files.readString(GUIDE) : "", RENEW);
    }

    private static String guide() {
        StringBuilder guide = new StringBuilder(ABOUT);
        section("fundir", Command.run("help"), guide);
        for (String name : FundirCommand.SUBCOMMANDS) {
            section("fundir " + name, Command.run("help", name), guide);
        }
        return guide.toString();
    }

    private static void section(String title, FundirProcess.Outcome help, StringBuilder guide) {
        assertEquals(0, help.exitCode(), help.err());
        guide.append("\n## ").append(title).append("\n\n```text\n");
        guide.append(help.out().replaceAll("\\R", "\n").replaceAll("[ \t]+\n", "\n"));
        guide.append("```\n");
    }
}
