package dev.fundir.merge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where an output goes and what its files are called.
 *
 * @param path as the caller gave it
 * @param isFolder whether it is a folder; else it is a file whose name ends in {@code .safetensors}
 */
record OutputPlace(Path path, boolean isFolder) {
    private static final String EXTENSION = ".safetensors";

    static OutputPlace of(Path output) {
        Path name = output.getFileName();
        return new OutputPlace(output, name == null || !name.toString().endsWith(EXTENSION));
    }

    /** The name that the output as a whole goes by. */
    String name() {
        return isFolder ? folderName() : fileStem();
    }

    /** The file of an output that is not split. */
    Path whole() {
        return sibling(stem() + EXTENSION);
    }

    /** A shard; the first is 1. */
    Path shard(int number, int count) {
        return sibling(String.format(Locale.ROOT, "%s-%05d-of-%05d%s", stem(), number, count, EXTENSION));
    }

    /** The file that says which shard has which tensor. */
    Path index() {
        return sibling(stem() + EXTENSION + ".index.json");
    }

    /** A file of this name beside the tensors. */
    Path sibling(String name) {
        return isFolder ? path.resolve(name) : path.resolveSibling(name);
    }

    /** The folder that the files are in. */
    Path folder() {
        return isFolder ? path : path.toAbsolutePath().getParent();
    }

    /**
     * The files of a checkpoint that an output folder holds already, an index before its shards; none beside an output
     * file.
     */
    List<Path> earlierFiles() throws IOException {
        if (!isFolder || !Files.isDirectory(path)) {
            return List.of();
        }
        Pattern ours = Pattern.compile("model(-\\d{5}-of-\\d{5})?\\.safetensors(\\.index\\.json)?");
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(
                            file -> ours.matcher(file.getFileName().toString()).matches())
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    private String stem() {
        return isFolder ? "model" : fileStem();
    }

    private String fileStem() {
        String name = path.getFileName().toString();
        return name.substring(0, name.length() - EXTENSION.length());
    }

    private String folderName() {
        Path name = path.toAbsolutePath().normalize().getFileName();
        return name == null ? "model" : name.toString();
    }
}
