package dev.fundir.cli;

import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code --tensor}, which every command has that looks at tensors one by one. */
final class TensorOption {
    @Option(
            names = "--tensor",
            paramLabel = "GLOB",
            converter = GlobReader.class,
            description = "Only tensors with such names; * is any text, ? one character.")
    private Glob names;

    /** The names of the tensors to look at; empty for all. */
    Optional<Glob> names() {
        return Optional.ofNullable(names);
    }
}
