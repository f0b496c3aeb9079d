package dev.fundir.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a converted model goes.
 *
 * @param path a file, or a folder
 */
record ConvertOutput(Path path) {
    /**
     * Refuses what must not be replaced.
     *
     * @param input what is converted
     * @param force whether what is there may be replaced
     */
    void check(Path input, boolean force) throws IOException {
        if (Files.exists(path) && Files.exists(input) && Files.isSameFile(path, input)) {
            throw new FileSystemException(
                    path.toString(), null, "is the input and cannot be the output; choose another place");
        }
        List<Path> there = Files.isDirectory(path) ? models() : Files.exists(path) ? List.of(path) : List.of();
        if (!force && !there.isEmpty()) {
            throw new FileAlreadyExistsException(there.get(0).toString(), null, "exists and is not to be replaced");
        }
    }

    /** The files of a model that are in the folder. */
    private List<Path> models() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(
                            file -> file.getFileName().toString().matches("model.*\\.safetensors(\\.index\\.json)?"))
                    .sorted()
                    .toList();
        }
    }
}
