package dev.fundir.cli;

import dev.fundir.DType;
import dev.fundir.hub.ModelId;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
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
    static final List<String> SUBCOMMANDS = List.of(
            "merge", "inspect", "diff", "verify", "convert", "edit", "download", "upload", "demo", "completion");

    private final Terminal terminal;
    private final HubAccess hub = new HubAccess(this);

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
                .registerConverter(ByteSize.class, new ByteSizeReader())
                .registerConverter(DType.class, new DTypeReader())
                .registerConverter(ModelPath.class, new ModelPathReader())
                .registerConverter(ModelId.class, new ModelIdReader())
                .setParameterExceptionHandler(new FailurePrinter(command))
                .setExecutionExceptionHandler(new FailurePrinter(command));
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
            case "download" -> new DownloadCommand();
            case "upload" -> new UploadCommand();
            case "demo" -> new DemoCommand();
            case "completion" -> new CompletionCommand();
            default -> null;
        };
    }

    /**
     * The command with the subcommand that the arguments name. Where they name none, all are there, as far as the help
     * tells of them; completion knows all of all.
     */
    private CommandLine line(String... arguments) {
        CommandLine line = new CommandLine(this);
        if (List.of(arguments).equals(List.of("--version"))) {
            return line;
        }
        Object named = subcommand(firstWord(arguments));
        if (named != null && !(named instanceof CompletionCommand)) {
            return line.addSubcommand(firstWord(arguments), named);
        }
        for (String name : SUBCOMMANDS) {
            Object subcommand = subcommand(name);
            line.addSubcommand(name, named == null ? mention(subcommand) : subcommand);
        }
        return line;
    }

    /**
     * The first argument that is no option, for options before a subcommand have no values; empty where there is none.
     */
    private static String firstWord(String... arguments) {
        for (String argument : arguments) {
            if (!argument.startsWith("-")) {
                return argument;
            }
        }
        return "";
    }

    /** A subcommand that says what it is for, and can do nothing. */
    private static CommandSpec mention(Object subcommand) {
        CommandSpec spec = CommandSpec.create();
        spec.usageMessage()
                .description(subcommand.getClass().getAnnotation(Command.class).description());
        return spec;
    }

    /** Without a subcommand there is nothing to do but to show what there is. */
    @Override
    public void run() {
        throw new ParameterException(new CommandLine(this), "Missing command");
    }

    Terminal terminal() {
        return terminal;
    }

    HubAccess hub() {
        return hub;
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

    /** Shows what a command line, or what it asked for, failed with. */
    private static final class FailurePrinter implements IParameterExceptionHandler, IExecutionExceptionHandler {
        private final FundirCommand command;

        FailurePrinter(FundirCommand command) {
            this.command = command;
        }

        @Override
        public int handleParseException(ParameterException e, String[] arguments) {
            return Failure.ofUsage(e).print(command.terminal, e, command.debug);
        }

        @Override
        public int handleExecutionException(Exception e, CommandLine line, ParseResult result) {
            return Failure.of(e).print(command.terminal, e, command.debug);
        }
    }

    // The interfaces of picocli have classes here and not lambdas: they are compiled for a Java so old that class data
    // would leave them out otherwise, with all that implements them.

    private static final class ModelPathReader implements ITypeConverter<ModelPath> {
        @Override
        public ModelPath convert(String text) {
            return ModelPath.parse(text);
        }
    }

    private static final class ModelIdReader implements ITypeConverter<ModelId> {
        @Override
        public ModelId convert(String text) {
            try {
                return ModelId.parse(text);
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException(e.getMessage());
            }
        }
    }

    private static final class ByteSizeReader implements ITypeConverter<ByteSize> {
        @Override
        public ByteSize convert(String text) {
            return ByteSize.parse(text);
        }
    }

    private static final class DTypeReader implements ITypeConverter<DType> {
        @Override
        public DType convert(String text) {
            return DTypeName.parse(text);
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
