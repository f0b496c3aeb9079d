package dev.fundir.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** The command in this JVM, without a terminal: quicker than a process where only what it does counts. */
final class Command {
    private Command() {}

    static FundirProcess.Outcome run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode;
        try (Terminal terminal =
                new Terminal(new PrintWriter(out), new PrintWriter(err), false, false, false, false, 80)) {
            exitCode = FundirCommand.run(terminal, arguments);
        }
        return new FundirProcess.Outcome(exitCode, out.toString(), err.toString());
    }
}
