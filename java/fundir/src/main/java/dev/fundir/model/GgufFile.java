package dev.fundir.model;

import dev.fundir.internal.FileIdentity;
import dev.fundir.internal.MappedFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A GGUF file, version 2 or 3, little-endian: its metadata and its tensors.
 *
 * <p>Opening reads the header alone; the data are mapped. Nothing has to be closed: no file stays open, and the mapping
 * ends when neither the file nor one of its tensors is reachable. Immutable, safe for many threads.
 */
public final class GgufFile {
    private final Path path;
    private final long byteSize;
    private final GgufHeader header;
    private final Map<String, Object> metadata;
    private final List<GgufTensor> tensors;

    private GgufFile(Path path, long byteSize, GgufHeader header, MappedFile data) {
        this.path = path;
        this.byteSize = byteSize;
        this.header = header;
        tensors = header.tensors().stream()
                .map(entry -> new GgufTensor(data, entry))
                .toList();
        Map<String, Object> values = new LinkedHashMap<>();
        header.values().forEach((key, value) -> values.put(key, value.value()));
        metadata = Collections.unmodifiableMap(values);
    }

    /**
     * Opens a file.
     *
     * @param path the file
     * @return the open file
     * @throws dev.fundir.CheckpointFormatException when it is no GGUF file, or one that is not read: big-endian, of
     *     another version, or with elements of another type than those of {@link GgufType}
     * @throws IOException when it cannot be read
     */
    public static GgufFile open(Path path) throws IOException {
        FileIdentity identity = FileIdentity.of(path);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            GgufHeader header = GgufHeaderReader.read(new GgufCursor(channel, identity.size(), path));
            MappedFile data = MappedFile.map(channel, identity, header.extents(), path);
            return new GgufFile(path, identity.size(), header, data);
        }
    }

    /**
     * Where the file is.
     *
     * @return the path it was opened by
     */
    public Path path() {
        return path;
    }

    /**
     * The size of the file.
     *
     * @return number of bytes
     */
    public long byteSize() {
        return byteSize;
    }

    /**
     * The version of the format.
     *
     * @return 2 or 3
     */
    public int version() {
        return header.version();
    }

    /**
     * What the offsets of tensors are multiples of.
     *
     * @return bytes, a power of two
     */
    public long alignment() {
        return header.alignment();
    }

    /**
     * The metadata.
     *
     * <p>Integers are {@link Long}, or {@link java.math.BigInteger} where that is too small; floats of both widths are
     * {@link Double}; arrays are lists, whose elements are made as they are asked for. What is no UTF-8 in the strings
     * of an array, where tokenizers have pieces of characters, shows as U+FFFD.
     *
     * @return an immutable map in the order of the file
     */
    public Map<String, Object> metadata() {
        return metadata;
    }

    /**
     * All tensors.
     *
     * @return an immutable list in the order of the file
     */
    public List<GgufTensor> tensors() {
        return tensors;
    }

    /**
     * The tensor of a name.
     *
     * @param name any text
     * @return the tensor, empty when there is none of this name
     */
    public Optional<GgufTensor> find(String name) {
        return tensors.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    /** The metadata with their types. */
    Map<String, GgufValue> values() {
        return header.values();
    }

    /**
     * Names the file.
     *
     * @return its path
     */
    @Override
    public String toString() {
        return path.toString();
    }
}
