package dev.fundir.cli;

import dev.fundir.internal.NearNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A path that leads nowhere, and what may have been meant. */
final class MissingPath {
    /** A folder with more than this is not searched to its end. */
    private static final int MOST_NAMES = 10_000;

    private MissingPath() {}

    /** What helps who typed this; empty where nothing is known. */
    static Optional<String> hint(String typed) {
        if (typed.matches("(hf|https?):/.*")) {
            return Optional.of("a model of the Hub is hf://org/name or hf://org/name@revision");
        }
        if (typed.matches("[0-9.,]+")) {
            return Optional.of("an option's values stand behind it with commas and no blanks, as in --weights 0.6,0.4");
        }
        Path path = Path.of(typed);
        try {
            return Files.isSymbolicLink(path) ? Optional.of(link(path)) : near(path);
        } catch (IOException e) {
            // A folder that cannot be listed tells nothing.
            return Optional.empty();
        }
    }

    private static String link(Path path) throws IOException {
        return path + " is a link to " + Files.readSymbolicLink(path) + ", which is not there";
    }

    private static Optional<String> near(Path path) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || path.getFileName() == null) {
            return Optional.empty();
        }
        if (!Files.isDirectory(folder)) {
            return Optional.of("there is no folder " + folder);
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<String> names = files.limit(MOST_NAMES)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
            List<String> meant = NearNames.of(path.getFileName().toString(), names).stream()
                    .map(name -> path.resolveSibling(name).toString())
                    .toList();
            return meant.isEmpty() ? Optional.empty() : Optional.of("did you mean " + String.join(" or ", meant) + "?");
        }
    }
}
