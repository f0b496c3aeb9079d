package dev.fundir;

import dev.fundir.ffi.HeaderRules;
import dev.fundir.internal.FileIdentity;
import dev.fundir.internal.HeaderIndex;
import dev.fundir.internal.HeaderReader;
import dev.fundir.internal.MappedFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * One file of an open {@link Checkpoint}. Safe for many threads; once the checkpoint is closed, its tensors and
 * metadata cannot be asked for any more ({@link IllegalStateException}).
 */
public final class CheckpointFile {
    private final Path path;
    private final FileIdentity identity;
    private final HeaderIndex header;
    private final MappedFile data;

    private CheckpointFile(Path path, FileIdentity identity, HeaderIndex header, MappedFile data) {
        this.path = path;
        this.identity = identity;
        this.header = header;
        this.data = data;
    }

    static CheckpointFile open(Path path, HeaderRules rules) throws IOException {
        FileIdentity identity = FileIdentity.of(path);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            HeaderIndex header = HeaderReader.read(channel, identity.size(), path, rules);
            MappedFile data = MappedFile.map(channel, identity, header, path);
            return new CheckpointFile(path, identity, header, data);
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
     * The size of the file, its header included.
     *
     * @return number of bytes
     */
    public long byteSize() {
        return identity.size();
    }

    /**
     * Where tensor data begins, behind the header.
     *
     * @return bytes from the start of the file
     */
    public long dataOffset() {
        return header.dataStart();
    }

    /**
     * How many tensors the file holds.
     *
     * @return the count
     */
    public int tensorCount() {
        return header.tensorCount();
    }

    /**
     * The file's own metadata.
     *
     * @return an immutable map, sorted by the keys' UTF-8; empty when the file has none
     */
    public Map<String, String> metadata() {
        requireOpen();
        return header.metadata();
    }

    /**
     * All tensors in the file, in the order of their bytes; those without bytes come first where they meet others.
     *
     * @return an immutable list, whose tensors are made as they are asked for
     */
    public List<Tensor> tensors() {
        requireOpen();
        return new TensorList();
    }

    /**
     * Opens the file again, for reads at positions. An interrupted thread closes the channel that it reads by, so
     * threads have to have channels of their own.
     *
     * @return a channel that is the caller's to close
     * @throws java.nio.file.FileSystemException when the file was changed since the checkpoint was opened, or another
     *     one is in its place
     * @throws IOException when it cannot be opened
     */
    public FileChannel openChannel() throws IOException {
        requireOpen();
        return identity.open(path);
    }

    /** What the file was when it was opened. */
    FileIdentity identity() {
        return identity;
    }

    HeaderIndex header() {
        return header;
    }

    MappedFile data() {
        return data;
    }

    void close() {
        data.close();
    }

    void requireOpen() {
        if (!data.isOpen()) {
            throw new IllegalStateException("the checkpoint is closed: " + path);
        }
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

    private final class TensorList extends AbstractList<Tensor> implements RandomAccess {
        @Override
        public Tensor get(int record) {
            requireOpen();
            return new Tensor(CheckpointFile.this, Objects.checkIndex(record, size()));
        }

        @Override
        public int size() {
            return header.tensorCount();
        }
    }
}
