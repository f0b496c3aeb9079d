package dev.fundir;

import dev.fundir.internal.CheckpointLayout;
import dev.fundir.internal.HeaderIndex;
import dev.fundir.internal.NearNames;
import dev.fundir.internal.Shards;
import dev.fundir.internal.TensorTable;
import dev.fundir.internal.Utf8;
import java.io.IOException;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;

/**
 * A safetensors checkpoint, of one file or many shards, open for reading.
 *
 * <pre>{@code
 * try (Checkpoint checkpoint = Checkpoint.open(Path.of("model"))) {
 *     Tensor embedding = checkpoint.tensor("model.embed_tokens.weight");
 *     ByteBuffer bytes = embedding.buffer(); // in the mapped file, nothing is copied
 * }
 * }</pre>
 *
 * <p>Opening reads and checks the headers; tensor bytes are mapped and come from the disk when they are touched. Safe
 * for many threads. {@link #close} makes the checkpoint refuse further calls with {@link IllegalStateException};
 * buffers handed out before stay valid as long as they are held, and a checkpoint that is never closed leaks nothing
 * once it is unreachable.
 */
public final class Checkpoint implements AutoCloseable {
    private final Path path;
    private final List<CheckpointFile> files;
    private final TensorTable table;

    private volatile boolean open = true;

    private Checkpoint(Path path, List<CheckpointFile> files, TensorTable table) {
        this.path = path;
        this.files = files;
        this.table = table;
    }

    /**
     * Opens a checkpoint: a {@code .safetensors} file, a shard index ({@code model.safetensors.index.json}), or a
     * folder.
     *
     * <p>In a folder these are looked for, in this order: a shard index, {@code model.safetensors}, shards named
     * {@code NAME-0000i-of-0000N.safetensors}, the only {@code .safetensors} file.
     *
     * @param path the file or folder
     * @return the open checkpoint
     * @throws CheckpointFormatException when a file is not what it claims to be, a shard is missing, shards do not fit
     *     together, or the folder holds no checkpoint
     * @throws java.nio.file.NoSuchFileException when the path does not exist
     * @throws java.nio.file.AccessDeniedException when a file may not be read
     * @throws IOException when reading fails
     */
    public static Checkpoint open(Path path) throws IOException {
        return open(path, OpenOptions.DEFAULT);
    }

    /**
     * Opens a checkpoint as {@link #open(Path)} does, by rules of the caller's: the strict mode, or limits for headers
     * of files that are not trusted.
     *
     * @param path the file or folder
     * @param options the rules
     * @return the open checkpoint
     * @throws CheckpointFormatException as {@link #open(Path)} does, and when a file breaks one of these rules
     * @throws IOException as {@link #open(Path)} does
     */
    public static Checkpoint open(Path path, OpenOptions options) throws IOException {
        CheckpointLayout layout = CheckpointLayout.of(path);
        List<CheckpointFile> files = new ArrayList<>();
        List<HeaderIndex> headers = new ArrayList<>();
        long tensors = 0;
        for (Path file : layout.files()) {
            CheckpointFile opened = CheckpointFile.open(file, options.rules());
            files.add(opened);
            headers.add(opened.header());
            tensors += opened.tensorCount();
            options.requireAllowed(tensors, path);
        }
        return new Checkpoint(path, List.copyOf(files), Shards.join(layout, headers));
    }

    /**
     * What was opened.
     *
     * @return the path as it was given to {@link #open}
     */
    public Path path() {
        return path;
    }

    /**
     * The files: one, or the shards in the order of their names.
     *
     * @return an immutable list; empty for a shard index that names no tensor
     */
    public List<CheckpointFile> files() {
        requireOpen();
        return files;
    }

    /**
     * How many tensors the checkpoint has.
     *
     * @return the count
     */
    public int tensorCount() {
        requireOpen();
        return table.size();
    }

    /**
     * How many elements all tensors have together.
     *
     * @return the sum of the element counts
     */
    public long parameterCount() {
        requireOpen();
        return table.elementCount();
    }

    /**
     * The size of all files, their headers included.
     *
     * @return number of bytes
     */
    public long byteSize() {
        requireOpen();
        return files.stream().mapToLong(CheckpointFile::byteSize).sum();
    }

    /**
     * The names of all tensors, in the order of their UTF-8 bytes.
     *
     * @return an immutable list that makes its strings as they are asked for
     */
    public List<String> names() {
        requireOpen();
        return new NameList();
    }

    /**
     * All tensors in the order of their names.
     *
     * @return an immutable list that makes its tensors as they are asked for
     */
    public List<Tensor> tensors() {
        requireOpen();
        return new View<>(table::inNameOrder, this::at);
    }

    /**
     * All tensors in the order of their bytes, file after file.
     *
     * @return an immutable list that makes its tensors as they are asked for
     */
    public List<Tensor> tensorsInFileOrder() {
        requireOpen();
        return new View<>(table::inFileOrder, this::at);
    }

    /**
     * Whether there is a tensor of this name. Takes constant time.
     *
     * @param name any text
     * @return true when there is
     */
    public boolean contains(String name) {
        requireOpen();
        return table.find(name) >= 0;
    }

    /**
     * The tensor of a name. Takes constant time.
     *
     * @param name any text
     * @return the tensor, empty when there is none of this name
     */
    public Optional<Tensor> find(String name) {
        requireOpen();
        int number = table.find(name);
        return number < 0 ? Optional.empty() : Optional.of(at(number));
    }

    /**
     * The tensor of a name. Takes constant time.
     *
     * @param name the name of a tensor of this checkpoint
     * @return the tensor
     * @throws NoSuchElementException when there is none of this name; the message suggests names that are close to it
     */
    public Tensor tensor(String name) {
        return find(name)
                .orElseThrow(() -> new NoSuchElementException(
                        path + ": has no tensor " + name + NearNames.suggestion(name, names())));
    }

    /**
     * The metadata of all files together. Where shards give a key different values, the first file's counts.
     *
     * @return an immutable map, sorted by the keys' UTF-8
     */
    public Map<String, String> metadata() {
        requireOpen();
        Map<String, String> all = new TreeMap<>(Utf8.ORDER);
        for (CheckpointFile file : files) {
            file.header().metadata().forEach(all::putIfAbsent);
        }
        return Collections.unmodifiableMap(all);
    }

    /**
     * Asks the system to bring tensors into memory before they are touched: a first look at bytes of a cold file waits
     * for the disk, and one at prefetched bytes does not, or not as long.
     *
     * <p>This is a hint and changes no result. It returns at once; the system is asked in the background, by a daemon
     * thread, in the order of the calls, until all is said or the checkpoint is closed. The system keeps the bytes as
     * long as it has memory for them. Where it knows no such hint (Windows), nothing happens.
     *
     * @param tensors tensors of this checkpoint
     * @throws IllegalArgumentException when a tensor is of another checkpoint
     * @throws IllegalStateException when the checkpoint is closed
     */
    public void prefetch(Collection<Tensor> tensors) {
        requireOpen();
        FileOrder.of(tensors).forEach((file, inOrder) -> {
            if (!files.contains(file)) {
                throw new IllegalArgumentException(
                        "tensor " + inOrder.get(0).name() + " of " + file + " is not one of the checkpoint " + path);
            }
            prefetch(file, inOrder);
        });
    }

    /** Neighbours are asked for at once. */
    private static void prefetch(CheckpointFile file, List<Tensor> inOrder) {
        long begin = inOrder.get(0).fileOffset();
        long end = begin;
        for (Tensor tensor : inOrder) {
            if (tensor.fileOffset() != end) {
                file.data().prefetch(begin, end - begin);
                begin = tensor.fileOffset();
            }
            end = FileOrder.end(tensor);
        }
        file.data().prefetch(begin, end - begin);
    }

    /**
     * Whether the checkpoint takes calls.
     *
     * @return false once it was closed
     */
    public boolean isOpen() {
        return open;
    }

    /** Closes the checkpoint. Buffers that are held stay valid; the files are unmapped when the last one is gone. */
    @Override
    public void close() {
        open = false;
        files.forEach(CheckpointFile::close);
    }

    /**
     * Names the checkpoint.
     *
     * @return its path
     */
    @Override
    public String toString() {
        return path.toString();
    }

    private Tensor at(int number) {
        return new Tensor(files.get(table.file(number)), table.record(number));
    }

    private void requireOpen() {
        if (!open) {
            throw new IllegalStateException("the checkpoint is closed: " + path);
        }
    }

    /** The tensors in one of their orders, each made into an element when it is asked for. */
    private class View<T> extends AbstractList<T> implements RandomAccess {
        private final IntUnaryOperator order;
        private final IntFunction<T> element;

        View(IntUnaryOperator order, IntFunction<T> element) {
            this.order = order;
            this.element = element;
        }

        @Override
        public T get(int place) {
            requireOpen();
            return element.apply(order.applyAsInt(Objects.checkIndex(place, size())));
        }

        @Override
        public int size() {
            return table.size();
        }
    }

    private final class NameList extends View<String> {
        NameList() {
            super(table::inNameOrder, table::name);
        }

        @Override
        public boolean contains(Object name) {
            return name instanceof String text && Checkpoint.this.contains(text);
        }
    }
}
