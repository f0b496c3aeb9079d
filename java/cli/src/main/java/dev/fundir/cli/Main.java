package dev.fundir.cli;

/** The {@code fundir} command. */
public final class Main {
    private Main() {}

    /**
     * Runs the command and ends the JVM with its exit code.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        int exitCode;
        try (Terminal terminal = Terminal.ofProcess()) {
            exitCode = FundirCommand.run(terminal, arguments);
        }
        System.exit(exitCode);
    }
}
