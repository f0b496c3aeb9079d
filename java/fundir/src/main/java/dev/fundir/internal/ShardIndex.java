package dev.fundir.internal;

import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointFormatException.Reason;
import dev.fundir.ffi.Core;
import dev.fundir.ffi.NativeException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The file that says in which shard each tensor is ({@code model.safetensors.index.json}), read and checked by the
 * core.
 */
public final class ShardIndex {
    /** What the name of an index ends in. */
    static final String EXTENSION = ".safetensors.index.json";

    private static final int MAGIC = 0x44524853;
    private static final int LARGEST = 256 << 20;
    private static final long NO_SIZE = -1;

    private final Path path;
    private final List<String> fileNames;
    private final int tensorCount;
    private final long totalSize;
    /** The index from its first tensor on. */
    private final ByteBuffer tensors;

    private ShardIndex(Path path, ByteBuffer index) {
        this.path = path;
        if (index.getInt() != MAGIC) {
            throw new IllegalArgumentException("not a shard index");
        }
        int fileCount = index.getInt();
        tensorCount = index.getInt();
        totalSize = index.getLong(16);
        index.position(24);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < fileCount; i++) {
            names.add(new String(text(index), StandardCharsets.UTF_8));
        }
        fileNames = List.copyOf(names);
        tensors = index.slice().order(index.order());
    }

    /** Reads the index at a path. */
    static ShardIndex read(Path path) throws IOException {
        long size = FileIdentity.of(path).size();
        if (size > LARGEST) {
            throw new CheckpointFormatException(
                    Reason.INDEX_NOT_VALID,
                    path,
                    null,
                    "a shard index of " + size + " bytes; fundir reads up to " + LARGEST
                            + ". To open a checkpoint file, let its name end in .safetensors");
        }
        return of(bytes(path, (int) size), path);
    }

    /**
     * Checks an index that has been read.
     *
     * @param bytes the text, in a direct buffer
     * @param path names it in errors
     * @return the index
     * @throws CheckpointFormatException when it is none
     * @throws IOException never
     */
    public static ShardIndex of(ByteBuffer bytes, Path path) throws IOException {
        try {
            return new ShardIndex(path, Core.parseShardIndex(bytes));
        } catch (NativeException e) {
            throw NativeErrors.of(e, path);
        }
    }

    /**
     * The indexes beside a file that list it as a shard.
     *
     * @param file where it is, or will be
     * @return their paths, in the order of their names; files that are no valid index list nothing
     * @throws IOException when the folder or an index cannot be read
     */
    public static List<Path> listing(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> indexes;
        try (Stream<Path> entries = Files.list(folder)) {
            indexes = entries.filter(entry -> entry.getFileName().toString().endsWith(EXTENSION))
                    .sorted()
                    .toList();
        }
        List<Path> listing = new ArrayList<>();
        for (Path index : indexes) {
            try {
                if (read(index).fileNames().contains(file.getFileName().toString())) {
                    listing.add(index);
                }
            } catch (CheckpointFormatException e) {
                // It is no index of anything that could be opened by it, so nothing goes wrong by it either.
            }
        }
        return listing;
    }

    private static ByteBuffer bytes(Path path, int size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(size);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes) < 0) {
                    throw new EOFException(path + ": the file was cut while it was read");
                }
            }
        }
        return bytes.flip();
    }

    /**
     * Where the index is.
     *
     * @return the path it was read from
     */
    public Path path() {
        return path;
    }

    int tensorCount() {
        return tensorCount;
    }

    /**
     * The bytes that all tensors take, as the index's metadata say.
     *
     * @return {@code total_size}, empty when there is none
     */
    public OptionalLong totalSize() {
        return totalSize == NO_SIZE ? OptionalLong.empty() : OptionalLong.of(totalSize);
    }

    /**
     * The shards.
     *
     * @return their names, in bytewise order
     */
    public List<String> fileNames() {
        return fileNames;
    }

    /**
     * Takes each tensor and its place.
     *
     * @param visitor called in the order of the names
     */
    public void forEach(Visitor visitor) {
        ByteBuffer at = tensors.duplicate().order(tensors.order());
        for (int i = 0; i < tensorCount; i++) {
            int file = at.getInt();
            visitor.tensor(file, text(at));
        }
    }

    private static byte[] text(ByteBuffer from) {
        byte[] bytes = new byte[from.getInt()];
        from.get(bytes);
        return bytes;
    }

    /** Takes the tensors of an index. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * Takes a tensor.
         *
         * @param file the number of its shard in {@link #fileNames}
         * @param name its name in UTF-8
         */
        void tensor(int file, byte[] name);
    }
}
