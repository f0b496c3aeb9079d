package dev.fundir.cli;

import dev.fundir.internal.NearNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** A command line that cannot be understood, in words for who typed it. */
final class UsageFailure {
    /** Sentences of picocli begin so; those that begin with the name of a file keep their first letter. */
    private static final Pattern WORD = Pattern.compile("[A-Z][a-z]+ .*", Pattern.DOTALL);

    private static final Pattern ENUM =
            Pattern.compile("(.*)expected one of \\[(.*)] \\(case-insensitive\\) but was (.*)");

    private UsageFailure() {}

    static Failure of(ParameterException thrown) {
        ParameterException e = firstCause(thrown);
        return new Failure(List.of(sentence(e)), List.of(hint(e)), List.of(), FundirCommand.WRONG_USAGE);
    }

    /** What is missing is told last: it may be there under a name that was mistyped. */
    private static ParameterException firstCause(ParameterException e) {
        List<String> unmatched = e.getCommandLine().getUnmatchedArguments();
        if (!(e instanceof MissingParameterException) || unmatched.isEmpty()) {
            return e;
        }
        UnmatchedArgumentException mistyped = new UnmatchedArgumentException(e.getCommandLine(), unmatched);
        return mistyped.isUnknownOption() ? mistyped : e;
    }

    private static String sentence(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            if (unmatched.isUnknownOption()) {
                return unknownOptions(unmatched.getUnmatched());
            }
            return e.getCommandLine().getParent() == null
                    ? "there is no command " + unmatched.getUnmatched().get(0)
                    : name(e) + " does not take so many arguments: " + String.join(" ", unmatched.getUnmatched())
                            + " is too much";
        }
        String message = e.getMessage();
        Matcher choice = ENUM.matcher(message);
        if (choice.matches()) {
            message = choice.group(1) + choice.group(3) + " is none of "
                    + choice.group(2).toLowerCase(Locale.ROOT);
        }
        message = message.replace("for option option", "for option")
                .replace("is not an int", "is not a whole number")
                .replace("is not a double", "is not a number");
        return WORD.matcher(message).matches()
                ? Character.toLowerCase(message.charAt(0)) + message.substring(1)
                : message;
    }

    /** Their values stand among what was not understood as well, and need no mention. */
    private static String unknownOptions(List<String> unmatched) {
        List<String> options =
                unmatched.stream().filter(word -> word.startsWith("-")).toList();
        return (options.size() == 1 ? "unknown option: '" : "unknown options: '") + String.join("', '", options) + "'";
    }

    private static String hint(ParameterException e) {
        List<String> meant = meant(e);
        return meant.isEmpty() ? name(e) + " --help shows what there is" : "did you mean " + anyOf(meant) + "?";
    }

    private static String name(ParameterException e) {
        return e.getCommandLine().getCommandSpec().qualifiedName();
    }

    /** Near names of what was mistyped: a command, an option, or the value of one. */
    private static List<String> meant(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            String typed = unmatched.getUnmatched().get(0).replaceFirst("=.*", "");
            CommandSpec command = e.getCommandLine().getCommandSpec();
            return NearNames.of(
                    typed,
                    unmatched.isUnknownOption()
                            ? command.optionsMap().keySet()
                            : command.subcommands().keySet());
        }
        if (e.getArgSpec() == null || e.getValue() == null || e.getArgSpec().completionCandidates() == null) {
            return List.of();
        }
        List<String> known = new ArrayList<>();
        e.getArgSpec().completionCandidates().forEach(name -> known.add(name.toLowerCase(Locale.ROOT)));
        return NearNames.of(e.getValue().toLowerCase(Locale.ROOT), known);
    }

    private static String anyOf(List<String> names) {
        return String.join(" or ", names);
    }
}
