package dev.fundir.cli;

import picocli.CommandLine.Option;

/** {@code --json}, which every command that reports has; docs/schemas describes what is printed then. */
final class JsonOption {
    @Option(names = "--json", description = "Report in JSON.")
    private boolean given;

    /** Whether the report is one JSON document, and nothing else, on standard output. */
    boolean given() {
        return given;
    }
}
