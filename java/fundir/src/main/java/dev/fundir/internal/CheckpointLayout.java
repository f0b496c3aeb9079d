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
 * @param files the safetensors files
 * @param index the shard index, if there is one; its file numbers are places in {@code files}
 * @param missing those of the files that do not exist
 */
public record CheckpointLayout(Path path, List<Path> files, Optional<ShardIndex> index, List<Path> missing) {
    private static final String DATA = ".safetensors";
    private static final String INDEX = ShardIndex.EXTENSION;
    private static final Pattern SHARD = Pattern.compile("(.+)-(\\d{5})-of-(\\d{5})\\.safetensors");

    /**
     * Finds the files, all of which have to be there.
     *
     * @param path a file, a folder, or an index file
     * @return the layout, with nothing missing
     * @throws CheckpointFormatException when the path holds no checkpoint, or an incomplete one
     * @throws IOException when it cannot be read
     */
    public static CheckpointLayout of(Path path) throws IOException {
        CheckpointLayout layout = find(path);
        layout.requireAll();
        return layout;
    }

    /**
     * Finds the files, of which some may be missing.
     *
     * @param path a file, a folder, or an index file
     * @return the layout
     * @throws CheckpointFormatException when the path holds no checkpoint
     * @throws IOException when it cannot be read
     */
    public static CheckpointLayout find(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return ofFolder(path);
        }
        return path.toString().endsWith(".json") ? ofIndex(path, path) : ofFile(path, path);
    }

    private static CheckpointLayout ofFile(Path path, Path file) {
        return new CheckpointLayout(path, List.of(file), Optional.empty(), List.of());
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
            return ofShards(folder, shards.iterator().next());
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

    private static CheckpointLayout ofShards(Path folder, ShardSet shards) {
        return sharded(folder, shards.names().stream().map(folder::resolve).toList(), Optional.empty());
    }

    private static CheckpointLayout ofIndex(Path path, Path indexFile) throws IOException {
        ShardIndex index = ShardIndex.read(indexFile);
        List<Path> files = new ArrayList<>();
        for (String name : index.fileNames()) {
            files.add(sibling(indexFile, name));
        }
        return sharded(path, files, Optional.of(index));
    }

    private static CheckpointLayout sharded(Path path, List<Path> files, Optional<ShardIndex> index) {
        return new CheckpointLayout(
                path,
                List.copyOf(files),
                index,
                files.stream().filter(Files::notExists).toList());
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

    private void requireAll() throws CheckpointFormatException {
        if (!missing.isEmpty()) {
            throw new CheckpointFormatException(
                    Reason.SHARD_MISSING,
                    index.map(ShardIndex::path).orElse(path),
                    null,
                    missing.size() + " of " + files.size() + " shards are not there: "
                            + Listing.of(missing.stream()
                                    .map(file -> file.getFileName().toString())
                                    .toList())
                            + ". Download the missing files, or open the one file that you need");
        }
    }

    /**
     * Files beside the shards that are named like them and belong to none of them, as an older and larger upload leaves
     * behind.
     *
     * @return their paths; none without an index
     * @throws IOException when the folder cannot be read
     */
    public List<Path> strayShards() throws IOException {
        if (index.isEmpty()) {
            return List.of();
        }
        Set<String> stems = new HashSet<>();
        for (String name : index.get().fileNames()) {
            Matcher shard = SHARD.matcher(name);
            if (shard.matches()) {
                stems.add(shard.group(1));
            }
        }
        Path indexFile = index.get().path();
        Path folder = Optional.ofNullable(indexFile.getParent()).orElse(Path.of(""));
        List<Path> stray = new ArrayList<>();
        for (String name : fileNames(folder)) {
            Matcher shard = SHARD.matcher(name);
            if (shard.matches()
                    && stems.contains(shard.group(1))
                    && !index.get().fileNames().contains(name)) {
                stray.add(indexFile.resolveSibling(name));
            }
        }
        return stray;
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
