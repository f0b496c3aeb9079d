package dev.fundir.internal;

import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointFormatException.Reason;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Which files a checkpoint consists of.
 *
 * @param path what was asked for: a file, a folder, or an index file
 * @param files the safetensors files, all of which exist
 * @param index the shard index, if there is one; its file numbers are places in {@code files}
 */
public record CheckpointLayout(Path path, List<Path> files, Optional<ShardIndex> index) {
    private static final String DATA = ".safetensors";
    private static final String INDEX = ShardIndex.EXTENSION;
    private static final Pattern SHARD = Pattern.compile("(.+)-(\\d{5})-of-(\\d{5})\\.safetensors");

    /**
     * Finds the files.
     *
     * @param path a file, a folder, or an index file
     * @return the layout
     * @throws CheckpointFormatException when the path holds no checkpoint, or an incomplete one
     * @throws IOException when it cannot be read
     */
    public static CheckpointLayout of(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return ofFolder(path);
        }
        return path.toString().endsWith(".json") ? ofIndex(path, path) : ofFile(path, path);
    }

    private static CheckpointLayout ofFile(Path path, Path file) {
        return new CheckpointLayout(path, List.of(file), Optional.empty());
    }

    private static CheckpointLayout ofFolder(Path folder) throws IOException {
        List<String> names = fileNames(folder);
        Optional<String> index = preferred(names, "model" + INDEX, INDEX);
        if (index.isPresent()) {
            return ofIndex(folder, folder.resolve(index.get()));
        }
        if (names.contains("model" + DATA)) {
            return ofFile(folder, folder.resolve("model" + DATA));
        }
        Set<ShardSet> shards = shardSets(names);
        if (shards.size() == 1) {
            return ofShards(folder, shards.iterator().next(), Set.copyOf(names));
        }
        Optional<String> only = preferred(names, "model" + DATA, DATA);
        if (only.isPresent()) {
            return ofFile(folder, folder.resolve(only.get()));
        }
        throw noCheckpoint(folder, names);
    }

    /** The file of that name, or the only one whose name ends so. */
    private static Optional<String> preferred(List<String> names, String name, String ending) {
        if (names.contains(name)) {
            return Optional.of(name);
        }
        List<String> matching = names.stream().filter(n -> n.endsWith(ending)).toList();
        return matching.size() == 1 ? Optional.of(matching.get(0)) : Optional.empty();
    }

    private static List<String> fileNames(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                names.add(entry.getFileName().toString());
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        names.sort(Utf8.ORDER);
        return names;
    }

    /** The stems and shard counts that file names in the folder speak of. */
    private static Set<ShardSet> shardSets(List<String> names) {
        Set<ShardSet> sets = new HashSet<>();
        for (String name : names) {
            Matcher shard = SHARD.matcher(name);
            if (shard.matches()) {
                int number = Integer.parseInt(shard.group(2));
                int count = Integer.parseInt(shard.group(3));
                if (number >= 1 && number <= count) {
                    sets.add(new ShardSet(shard.group(1), count));
                }
            }
        }
        return sets;
    }

    /** The names that the shards of one checkpoint have. */
    private record ShardSet(String stem, int count) {
        List<String> names() {
            return IntStream.rangeClosed(1, count)
                    .mapToObj(number -> String.format("%s-%05d-of-%05d%s", stem, number, count, DATA))
                    .toList();
        }
    }

    private static CheckpointLayout ofShards(Path folder, ShardSet shards, Set<String> present) throws IOException {
        List<String> names = shards.names();
        requireAll(
                folder, names.stream().filter(name -> !present.contains(name)).toList(), names.size());
        return new CheckpointLayout(folder, names.stream().map(folder::resolve).toList(), Optional.empty());
    }

    private static CheckpointLayout ofIndex(Path path, Path indexFile) throws IOException {
        ShardIndex index = ShardIndex.read(indexFile);
        List<Path> files = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String name : index.fileNames()) {
            Path file = sibling(indexFile, name);
            files.add(file);
            if (Files.notExists(file)) {
                missing.add(name);
            }
        }
        requireAll(indexFile, missing, files.size());
        return new CheckpointLayout(path, List.copyOf(files), Optional.of(index));
    }

    private static Path sibling(Path indexFile, String name) throws CheckpointFormatException {
        try {
            return indexFile.resolveSibling(name);
        } catch (InvalidPathException e) {
            throw new CheckpointFormatException(
                    Reason.INDEX_UNSAFE_PATH,
                    indexFile,
                    null,
                    "names a file that cannot exist on this system: " + e.getMessage());
        }
    }

    private static void requireAll(Path place, List<String> missing, int count) throws CheckpointFormatException {
        if (!missing.isEmpty()) {
            throw new CheckpointFormatException(
                    Reason.SHARD_MISSING,
                    place,
                    null,
                    missing.size() + " of " + count + " shards are not there: " + Listing.of(missing)
                            + ". Download the missing files, or open the one file that you need");
        }
    }

    private static CheckpointFormatException noCheckpoint(Path folder, List<String> names) {
        List<String> data = names.stream()
                .filter(name -> name.endsWith(DATA) || name.endsWith(INDEX))
                .toList();
        String found = data.isEmpty()
                ? "the folder has no .safetensors file; it holds " + (names.isEmpty() ? "nothing" : Listing.of(names))
                : "the folder holds several checkpoints, open one of them by its file name: " + Listing.of(data);
        return new CheckpointFormatException(Reason.NO_CHECKPOINT, folder, null, found);
    }
}
