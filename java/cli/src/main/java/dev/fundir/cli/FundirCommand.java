package dev.fundir.cli;

import dev.fundir.DType;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The command itself: what all its subcommands share. A subcommand is a class of its own and one line in the list here.
 */
@Command(
        name = "fundir",
        description = "Inspects, compares, verifies, converts, edits and merges safetensors checkpoints.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = FundirCommand.Version.class,
        sortOptions = false,
        footer = {
            "",
            "A checkpoint is a .safetensors file, a folder with such files, or an index file",
            "(model.safetensors.index.json).",
            "",
            "@|bold fundir COMMAND --help|@ shows the options of a command, with examples."
        })
final class FundirCommand implements Runnable {
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;
    static final int INTERRUPTED = 130;

    /** In the order of the help. */
    static final List<String> SUBCOMMANDS =
            List.of("merge", "inspect", "diff", "verify", "convert", "edit", "demo", "completion");

    private final Terminal terminal;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            order = 100,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            order = 101,
            description = "Show the version.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean version;

    @Option(
            names = {"-q", "--quiet"},
            scope = ScopeType.INHERIT,
            order = 102,
            description = "Show no progress and no notices.")
    private boolean quiet;

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            order = 103,
            description = "Show the stack trace of a failure.")
    private boolean debug;

    private FundirCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * Runs a command line.
     *
     * @return the exit code
     */
    static int run(Terminal terminal, String... words) {
        String[] arguments = withoutHelpCommand(words);
        FundirCommand command = new FundirCommand(terminal);
        CommandLine line = command.line(arguments)
                .setOut(terminal.out())
                .setErr(terminal.err())
                .setColorScheme(CommandLine.Help.defaultColorScheme(
                        terminal.outIsTerminal() && terminal.colour() ? Ansi.ON : Ansi.OFF))
                .setUsageHelpWidth(Math.max(60, Math.min(terminal.columns(), 120)))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(ByteSize.class, ByteSize::parse)
                .registerConverter(DType.class, DTypeName::parse)
                .setParameterExceptionHandler((e, all) -> Failure.ofUsage(e).print(terminal, e, command.debug))
                .setExecutionExceptionHandler((e, at, result) -> Failure.of(e).print(terminal, e, command.debug));
        try {
            return line.execute(arguments);
        } catch (Error e) {
            return Failure.of(e).print(terminal, e, command.debug);
        }
    }

    /** {@code help} and {@code help COMMAND} are other words for {@code --help}. */
    private static String[] withoutHelpCommand(String... arguments) {
        if (arguments.length == 0 || arguments.length > 2 || !arguments[0].equals("help")) {
            return arguments;
        }
        if (arguments.length == 1) {
            return new String[] {"--help"};
        }
        String name = arguments[1];
        // A command that does not exist is refused as it would be alone.
        return subcommand(name) == null ? new String[] {name} : new String[] {name, "--help"};
    }

    /**
     * A subcommand, or null. One that a command line names is made alone: picocli looks at every field of a command,
     * which takes longer than most commands need to run.
     */
    private static Object subcommand(String name) {
        return switch (name) {
            case "merge" -> new MergeCommand();
            case "inspect" -> new InspectCommand();
            case "diff" -> new DiffCommand();
            case "verify" -> new VerifyCommand();
            case "convert" -> new ConvertCommand();
            case "edit" -> new EditCommand();
            case "demo" -> new DemoCommand();
            case "completion" -> new CompletionCommand();
            default -> null;
        };
    }

    /** The command with the subcommand that the arguments name, or with all of them. */
    private CommandLine line(String... arguments) {
        CommandLine line = new CommandLine(this);
        if (List.of(arguments).equals(List.of("--version"))) {
            return line;
        }
        // The options before a subcommand have no values.
        for (String argument : arguments) {
            if (!argument.startsWith("-")) {
                Object named = subcommand(argument);
                if (named != null && !(named instanceof CompletionCommand)) { // which speaks of all others
                    return line.addSubcommand(argument, named);
                }
                break;
            }
        }
        for (String name : SUBCOMMANDS) {
            line.addSubcommand(name, subcommand(name));
        }
        return line;
    }

    /** Without a subcommand there is nothing to do but to show what there is. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(new CommandLine(this), "Missing command");
    }

    Terminal terminal() {
        return terminal;
    }

    boolean quiet() {
        return quiet;
    }

    /** Shows how far a work is, unless it is to be quiet; {@code verb} says what is being done, in a word. */
    ProgressLine progress(String verb) {
        return new ProgressLine(verb, quiet ? terminal.withoutErr() : terminal);
    }

    /** Tells the user something that is not the result. */
    void notice(String sentence) {
        if (!quiet) {
            terminal.err().println("note: " + sentence);
        }
    }

    /** What {@code --version} shows. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            Properties build = new Properties();
            try (InputStream in = FundirCommand.class.getResourceAsStream("build.properties")) {
                build.load(in);
            }
            return new String[] {
                "fundir " + build.getProperty("version"),
                "Java " + System.getProperty("java.version") + ", " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch")
            };
        }
    }
}
