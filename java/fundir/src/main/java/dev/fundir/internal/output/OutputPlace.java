package dev.fundir.internal.output;

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
 * @param isFolder whether it is a folder; else it is a file, whose name as a rule ends in {@code .safetensors}
 */
public record OutputPlace(Path path, boolean isFolder) {
    private static final String EXTENSION = ".safetensors";

    /**
     * The place that a path names: a file when its name ends in {@code .safetensors}, else a folder.
     *
     * @param output the path
     * @return the place
     */
    public static OutputPlace of(Path output) {
        Path name = output.getFileName();
        return new OutputPlace(output, name == null || !name.toString().endsWith(EXTENSION));
    }

    /** The name that the output as a whole goes by. */
    public String name() {
        return isFolder ? folderName() : fileStem();
    }

    /** The file of an output that is not split. */
    public Path whole() {
        return isFolder ? sibling(stem() + EXTENSION) : path;
    }

    /** A shard; the first is 1. */
    public Path shard(int number, int count) {
        return sibling(String.format(Locale.ROOT, "%s-%05d-of-%05d%s", stem(), number, count, EXTENSION));
    }

    /** The file that says which shard has which tensor. */
    public Path index() {
        return sibling(stem() + EXTENSION + ".index.json");
    }

    /** A file of this name beside the tensors. */
    public Path sibling(String name) {
        return isFolder ? path.resolve(name) : path.resolveSibling(name);
    }

    /** The folder that the files are in. */
    public Path folder() {
        return isFolder ? path : path.toAbsolutePath().getParent();
    }

    /**
     * The files of a checkpoint that an output folder holds already, an index before its shards; none beside an output
     * file.
     */
    public List<Path> earlierFiles() throws IOException {
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

    /** The file's name without its extension, which it need not have. */
    private String fileStem() {
        String name = path.getFileName().toString();
        return name.endsWith(EXTENSION) ? name.substring(0, name.length() - EXTENSION.length()) : name;
    }

    private String folderName() {
        Path name = path.toAbsolutePath().normalize().getFileName();
        return name == null ? "model" : name.toString();
    }
}
