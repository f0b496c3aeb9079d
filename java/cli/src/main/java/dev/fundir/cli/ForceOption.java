package dev.fundir.cli;

import picocli.CommandLine.Option;

/** {@code --force}, which every command that writes files has. */
final class ForceOption {
    @Option(names = "--force", description = "Replace an output that exists.")
    private boolean given;

    /** Whether what is at the output may be replaced. */
    boolean given() {
        return given;
    }
}
