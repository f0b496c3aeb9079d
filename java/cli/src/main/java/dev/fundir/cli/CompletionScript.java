package dev.fundir.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What the scripts of all shells are made from: for each command the words that may stand there, and for each option
 * what may stand behind it. Words of these scripts are names and never names of files, which shells would expand.
 */
final class CompletionScript {
    /** Stands for the names of files. */
    private static final String FILES = "FILES";

    /** Stands for what nobody can foresee. */
    private static final String ANYTHING = "";

    private final CommandSpec root;

    CompletionScript(CommandSpec root) {
        this.root = root;
    }

    /** A function {@code _fundir} for bash 3 and newer, which also knows {@code --option=value}. */
    String bash() {
        StringBuilder script = new StringBuilder("""
                # Completes the fundir command in bash.
                _fundir() {
                    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} prefix= command= i line
                    COMPREPLY=()
                    for ((i = 1; i < COMP_CWORD; i++)); do
                        case ${COMP_WORDS[i]} in
                            -*) ;;
                            *)
                                command=${COMP_WORDS[i]}
                                break
                                ;;
                        esac
                    done
                    # Most shells make words of an option, its "=" and its value.
                    if [ "$current" = = ]; then
                        current=
                    elif [ "$previous" = = ]; then
                        previous=${COMP_WORDS[COMP_CWORD - 2]}
                    elif [[ $current == --*=* ]]; then
                        previous=${current%%=*}
                        prefix=$previous=
                        current=${current#*=}
                    fi
                    case $command:$previous in
                """);
        values().forEach((values, places) -> script.append(branch(places, bashReply(values))));
        script.append("    esac\n    case $command:$current in\n");
        words().forEach((place, words) -> script.append(branch(List.of(place), bashWords(words))));
        return script.append(branch(List.of("*"), bashFiles())).append("""
                    esac
                }
                complete -F _fundir fundir
                """).toString();
    }

    private static String branch(List<String> places, String reply) {
        return "        " + String.join(" | ", places) + ")\n" + reply.indent(12)
                + "            return\n            ;;\n";
    }

    private static String bashReply(String values) {
        return switch (values) {
            case FILES -> bashFiles();
            case ANYTHING -> ":";
            default -> bashWords(values);
        };
    }

    private static String bashWords(String words) {
        return "COMPREPLY=($(compgen -P \"$prefix\" -W '" + words + "' -- \"$current\"))";
    }

    /** Lines are taken as they are: what is in the name of a file must not be expanded. */
    private static String bashFiles() {
        return """
                type compopt >/dev/null 2>&1 && compopt -o filenames 2>/dev/null
                while IFS= read -r line; do
                    COMPREPLY+=("$prefix$line")
                done < <(compgen -f -- "$current")""";
    }

    /** A function {@code _fundir} for zsh's own completion, sourced or as a file of its {@code fpath}. */
    String zsh() {
        StringBuilder script = new StringBuilder("""
                #compdef fundir
                # Completes the fundir command in zsh.
                _fundir() {
                    local previous=${words[CURRENT - 1]} command= word
                    local -a described
                    for word in ${words[2,CURRENT - 1]}; do
                        if [[ $word != -* ]]; then
                            command=$word
                            break
                        fi
                    done
                    if [[ $PREFIX == --*=* ]]; then
                        previous=${PREFIX%%=*}
                        compset -P '*='
                    fi
                    case $command:$previous in
                """);
        values().forEach((values, places) -> script.append(branch(places, zshReply(values))));
        script.append("    esac\n    case $command:$PREFIX in\n");
        described().forEach((place, reply) -> script.append(branch(List.of(place), reply)));
        words().forEach((place, words) -> {
            if (!place.endsWith(":-*") && !place.equals(":*")) {
                script.append(branch(List.of(place), "compadd -- " + words));
            }
        });
        return script.append(branch(List.of("*"), "_files")).append("""
                    esac
                }
                if [[ ${funcstack[1]-} == _fundir ]]; then
                    _fundir "$@"
                else
                    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
                    compdef _fundir fundir
                fi
                """).toString();
    }

    private static String zshReply(String values) {
        return switch (values) {
            case FILES -> "_files";
            case ANYTHING -> "_message value";
            default -> "compadd -- " + values;
        };
    }

    /** What zsh shows with a sentence each: options, and commands. */
    private Map<String, String> described() {
        Map<String, String> replies = new TreeMap<>();
        commands().forEach((command, spec) -> {
            List<String> options = new ArrayList<>();
            for (OptionSpec option : spec.options()) {
                names(option).forEach(name -> options.add(described(name, option.description())));
            }
            replies.put(command + ":-*", describe("option", options));
        });
        List<String> commands = new ArrayList<>();
        root.subcommands()
                .forEach((name, line) -> commands.add(
                        described(name, line.getCommandSpec().usageMessage().description())));
        commands.add(described("help", "Shows the help of a command."));
        replies.put(":*", describe("command", commands));
        return sortedForCase(replies);
    }

    private static String describe(String what, List<String> lines) {
        return "described=(\n" + String.join("\n", lines).indent(4) + ")\n_describe "
                + (what.equals("option") ? "-o " : "") + what + " described";
    }

    private static String described(String name, String... description) {
        String sentence = description.length == 0 ? "" : CommandLine.Help.Ansi.OFF.string(description[0]);
        return "'" + name + ":" + sentence.replace("'", "'\\''").replace(":", "\\:") + "'";
    }

    /** What may stand behind options, and behind which of which commands. */
    private Map<String, List<String>> values() {
        Map<String, List<String>> values = new TreeMap<>();
        commands().forEach((command, spec) -> {
            for (OptionSpec option : spec.options()) {
                if (option.arity().max() > 0) {
                    names(option).forEach(name -> values.computeIfAbsent(valuesOf(option), key -> new ArrayList<>())
                            .add(command + ":" + name));
                }
            }
        });
        return values;
    }

    /** Words that are no values of options, by a pattern of the command, a colon, and what is typed of the word. */
    private Map<String, String> words() {
        Map<String, String> words = new TreeMap<>();
        commands().forEach((command, spec) -> {
            words.put(
                    command + ":-*",
                    spec.options().stream()
                            .flatMap(option -> names(option).stream())
                            .collect(Collectors.joining(" ")));
            spec.positionalParameters().stream()
                    .map(CompletionScript::valuesOf)
                    .filter(values -> !values.equals(FILES) && !values.equals(ANYTHING))
                    .forEach(values -> words.put(command + ":*", values));
        });
        String commands = String.join(" ", root.subcommands().keySet());
        words.put(":*", commands + " help");
        words.put("help:*", commands);
        return sortedForCase(words);
    }

    /** Patterns of options before those that everything fits. */
    private static Map<String, String> sortedForCase(Map<String, String> branches) {
        Map<String, String> sorted = new TreeMap<>(
                (a, b) -> a.endsWith(":-*") == b.endsWith(":-*") ? a.compareTo(b) : a.endsWith(":-*") ? -1 : 1);
        sorted.putAll(branches);
        return sorted;
    }

    /** All commands by name; the name of that without one is empty. */
    private Map<String, CommandSpec> commands() {
        Map<String, CommandSpec> commands = new TreeMap<>();
        commands.put("", root);
        root.subcommands().forEach((name, line) -> commands.put(name, line.getCommandSpec()));
        return commands;
    }

    private static List<String> names(OptionSpec option) {
        List<String> names = new ArrayList<>(List.of(option.names()));
        if (option.negatable()) {
            names.add(option.longestName().replaceFirst("^--", "--no-"));
        }
        return names;
    }

    private static String valuesOf(ArgSpec argument) {
        if (argument.completionCandidates() == null) {
            Class<?> type = argument.auxiliaryTypes()[0];
            boolean isPath = type == Path.class || type == ModelPath.class;
            return isPath ? FILES : ANYTHING;
        }
        List<String> words = new ArrayList<>();
        argument.completionCandidates().forEach(words::add);
        // Where nothing else is said, the values of an enum; those are written as people do.
        Object[] constants = argument.type().getEnumConstants();
        boolean isEnum = constants != null
                && words.equals(Arrays.stream(constants).map(Object::toString).toList());
        String all = String.join(" ", words);
        return isEnum ? all.toLowerCase(Locale.ROOT) : all;
    }
}
