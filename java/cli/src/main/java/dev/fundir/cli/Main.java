package dev.fundir.cli;

import dev.fundir.merge.MergeMethod;

/** The {@code fundir} command. */
public final class Main {
    private Main() {}

    /**
     * Runs the command and ends the JVM with its exit code.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        prepare(arguments);
        int exitCode;
        try (Terminal terminal = Terminal.ofProcess()) {
            exitCode = FundirCommand.run(terminal, arguments);
        }
        System.exit(exitCode);
    }

    /** Does what makes the command start sooner. */
    static void prepare(String... arguments) {
        // No option has such values, and picocli would load some hundred classes of the JDK to read them.
        System.setProperty("picocli.converters.excludes", "java\\.(sql|time)\\..*");
        boolean isCommand = arguments.length > 0 && !arguments[0].startsWith("-") && !arguments[0].equals("help");
        if (isCommand) {
            loadAhead();
        }
    }

    /** Loads the native library on another core while the command line is read, which takes as long. */
    private static void loadAhead() {
        Thread loading = new Thread("fundir-load") {
            @Override
            public void run() {
                load();
            }
        };
        loading.setDaemon(true);
        loading.start();
    }

    private static void load() {
        try {
            MergeMethod.all();
        } catch (RuntimeException e) {
            // A library that does not load fails again, with the same words, where it is needed: not every command
            // does.
        }
    }
}
