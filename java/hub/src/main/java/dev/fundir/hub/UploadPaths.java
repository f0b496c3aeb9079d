package dev.fundir.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Which files an upload has, and what they are called in the model. */
final class UploadPaths {
    /** What git and the caches of clients keep beside files: never part of a model. */
    private static final Set<String> NEVER = Set.of(".git", ".cache");

    private UploadPaths() {}

    /** A name that a file of a model can have. */
    static String checked(String path) {
        try {
            RemotePath.checked(path);
        } catch (HubException e) {
            throw new IllegalArgumentException(
                    "no file of a model can be called \"" + path + "\": expected a relative path with '/', without"
                            + " '..', backslashes and control characters",
                    e);
        }
        for (String part : path.split("/", -1)) {
            if (NEVER.contains(part)) {
                throw new IllegalArgumentException(
                        "\"" + path + "\": what is in a folder " + part + " is not uploaded; give it another place");
            }
        }
        return path;
    }

    /** The files, by their places in the model. */
    static List<UploadFile> files(List<Upload.Source> sources) throws IOException {
        Map<String, UploadFile> files = new TreeMap<>();
        for (Upload.Source source : sources) {
            if (source.isFolder()) {
                for (Path file : inside(source.local())) {
                    String name = source.local().relativize(file).toString();
                    String inFolder = name.replace(file.getFileSystem().getSeparator(), "/");
                    add(files, UploadFile.of(file, checked(source.path() + inFolder)));
                }
            } else {
                add(files, UploadFile.of(source.local(), source.path()));
            }
        }
        if (files.isEmpty()) {
            throw new IllegalArgumentException("there is no file to upload: "
                    + (sources.isEmpty() ? "neither a file nor a folder is named" : "the folders are empty"));
        }
        return List.copyOf(files.values());
    }

    private static void add(Map<String, UploadFile> files, UploadFile file) {
        UploadFile other = files.putIfAbsent(file.path(), file);
        if (other != null && !other.file().equals(file.file())) {
            throw new IllegalArgumentException("two files are to be " + file.path() + " of the model: " + other.file()
                    + " and " + file.file() + "; upload one of them");
        }
    }

    private static List<Path> inside(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw Files.exists(folder)
                    ? new NotDirectoryException(folder.toString())
                    : new NoSuchFileException(folder.toString());
        }
        List<Path> files = new ArrayList<>();
        try (Stream<Path> entries = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            entries.filter(Files::isRegularFile)
                    .filter(file -> isWanted(folder.relativize(file)))
                    .sorted()
                    .forEach(files::add);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return files;
    }

    private static boolean isWanted(Path relative) {
        for (Path part : relative) {
            if (NEVER.contains(part.toString())) {
                return false;
            }
        }
        return true;
    }
}
