package dev.fundir.cli;

import picocli.CommandLine.Option;

/** {@code -v}, which every command has that shows the tensors of a model folded or in part. */
final class VerboseOption {
    @Option(
            names = {"-v", "--verbose"},
            description = "List tensors one by one: nothing is folded or left out.")
    private boolean given;

    /** Whether everything is to be listed. */
    boolean given() {
        return given;
    }
}
