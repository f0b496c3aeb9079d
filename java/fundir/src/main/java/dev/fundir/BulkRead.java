package dev.fundir;

import dev.fundir.ffi.Memory;
import dev.fundir.internal.bulk.FileReads;
import dev.fundir.internal.bulk.Piece;
import dev.fundir.internal.bulk.ReadThreads;
import dev.fundir.internal.bulk.Segments;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * Reads the bytes of many tensors into memory at once: several threads read large blocks at their places in the files.
 *
 * <pre>{@code
 * try (Checkpoint checkpoint = Checkpoint.open(Path.of("model"))) {
 *     Map<Tensor, LoadedTensor> loaded = BulkRead.standard().read(checkpoint);
 *     ByteBuffer bytes = loaded.get(checkpoint.tensor("model.norm.weight")).buffer();
 * }
 * }</pre>
 *
 * <p>{@link Tensor#buffer()} maps the file and copies nothing, which is best for files that are in the system's cache,
 * or of which little is used. A mapping brings a cold file to memory one small piece after the other, each when it is
 * touched, and a thread waits for each; on network disks that is slow. A bulk read keeps several large requests under
 * way. Tensors that lie side by side are read in one go, and blocks begin at multiples of their size in the file.
 *
 * <p>Files are opened anew, each thread for itself, and must be what they were when the checkpoint was opened: one that
 * is changed, cut or replaced before or during the read is a {@link java.nio.file.FileSystemException} or
 * {@link CheckpointFormatException} that names it, never wrong bytes. When a read fails or its thread is interrupted
 * ({@link java.io.InterruptedIOException}, and the thread stays interrupted), all its threads have ended, and the
 * contents of the memory are undefined. Immutable, and safe for many threads.
 *
 * @param threads how many threads read
 * @param blockBytes how many bytes a thread reads at a time
 */
public record BulkRead(int threads, int blockBytes) {
    private static final int FEWEST_THREADS = 4;
    private static final int BLOCK_BYTES = 8 << 20;
    private static final int SMALLEST_BLOCK = 4096;
    private static final int LARGEST_BLOCK = 1 << 30;

    /**
     * A read.
     *
     * @param threads from 1 to 1024
     * @param blockBytes from 4096 to 2<sup>30</sup>
     * @throws IllegalArgumentException when a number is out of range
     */
    public BulkRead {
        requireRange("threads", threads, 1, 1024);
        requireRange("bytes of a block", blockBytes, SMALLEST_BLOCK, LARGEST_BLOCK);
    }

    private static void requireRange(String what, int value, int lowest, int highest) {
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException(
                    value + " " + what + " for a bulk read; from " + lowest + " to " + highest + " are possible");
        }
    }

    /**
     * Blocks of 8 MiB and a thread for each processor, but at least four, since threads wait for disks.
     *
     * @return the read
     */
    public static BulkRead standard() {
        return new BulkRead(
                Math.max(FEWEST_THREADS, Math.min(1024, Runtime.getRuntime().availableProcessors())), BLOCK_BYTES);
    }

    /**
     * The same with another number of threads: more for a disk that answers slowly and many requests at once.
     *
     * @param threads how many threads read, from 1 to 1024
     * @return a new read
     */
    public BulkRead threads(int threads) {
        return new BulkRead(threads, blockBytes);
    }

    /**
     * The same with another size of a block.
     *
     * @param blockBytes how many bytes a thread reads at a time, from 4096 to 2<sup>30</sup>
     * @return a new read
     */
    public BulkRead blockBytes(int blockBytes) {
        return new BulkRead(threads, blockBytes);
    }

    /**
     * Reads all tensors into memory of their own.
     *
     * @param checkpoint an open checkpoint
     * @return the tensors in the order of the files, with what was read of each
     * @throws IOException when a file cannot be read, or is not the one that was opened
     * @throws OutOfMemoryError when there is not as much memory
     * @throws IllegalStateException when the checkpoint is closed
     */
    public Map<Tensor, LoadedTensor> read(Checkpoint checkpoint) throws IOException {
        return read(checkpoint.tensorsInFileOrder());
    }

    /**
     * Reads tensors into memory of their own, outside the heap.
     *
     * <p>The memory is huge pages where the system has them. It is not part of the JVM's direct memory, for which
     * {@code -XX:MaxDirectMemorySize} is the limit. It is freed when nobody holds its buffers any more and the garbage
     * collector has noticed; small tensors share blocks of at most 64 MiB, each of which is held by any of them.
     *
     * @param tensors tensors of open checkpoints, also of several
     * @return the tensors in the order they were given, with what was read of each
     * @throws IOException when a file cannot be read, or is not the one that was opened
     * @throws OutOfMemoryError when there is not as much memory
     * @throws IllegalStateException when a checkpoint is closed
     */
    public Map<Tensor, LoadedTensor> read(Collection<Tensor> tensors) throws IOException {
        Map<Tensor, LoadedTensor> loaded = new LinkedHashMap<>();
        new LinkedHashSet<>(tensors).forEach(tensor -> loaded.put(tensor, null));
        Memory.makeRoom(loaded.keySet().stream().mapToLong(Tensor::byteSize).sum());
        List<FileReads> files = new ArrayList<>();
        Map<CheckpointFile, Segments> memory = new LinkedHashMap<>();
        Map<CheckpointFile, List<Tensor>> byFile = FileOrder.of(loaded.keySet());
        byFile.forEach((file, inOrder) -> {
            Segments segments = new Segments();
            inOrder.forEach(tensor -> segments.add(tensor.fileOffset(), FileOrder.end(tensor)));
            files.add(reads(file, segments.allocate()));
            memory.put(file, segments);
        });
        ReadThreads.read(files, threads, blockBytes);
        byFile.forEach((file, inOrder) -> {
            for (int i = 0; i < inOrder.size(); i++) {
                loaded.put(
                        inOrder.get(i),
                        new LoadedTensor(inOrder.get(i), memory.get(file).buffers(i)));
            }
        });
        return loaded;
    }

    /**
     * Reads tensors into the caller's memory. Fastest for direct buffers that were used before: fresh memory costs more
     * than reading a cached file.
     *
     * @param targets a buffer for each tensor, with as many bytes between its position and its limit as the tensor has;
     *     the position is moved to the limit. The buffers must not overlap
     * @throws IllegalArgumentException when a buffer has another number of bytes, or is read-only
     * @throws IOException when a file cannot be read, or is not the one that was opened
     * @throws IllegalStateException when a checkpoint is closed
     */
    public void readInto(Map<Tensor, ByteBuffer> targets) throws IOException {
        Map<CheckpointFile, List<Piece>> pieces = new LinkedHashMap<>();
        FileOrder.of(targets.keySet()).forEach((file, inOrder) -> {
            for (Tensor tensor : inOrder) {
                List<ByteBuffer> target = List.of(targets.get(tensor));
                requireBytes("tensor " + tensor.name(), tensor.byteSize(), target);
                pieces.computeIfAbsent(file, any -> new ArrayList<>()).addAll(pieces(tensor.fileOffset(), target));
            }
        });
        List<FileReads> files = new ArrayList<>();
        pieces.forEach((file, all) -> files.add(reads(file, all)));
        ReadThreads.read(files, threads, blockBytes);
        targets.values().forEach(target -> target.position(target.limit()));
    }

    /**
     * Reads one tensor into the caller's memory, also one that no buffer spans.
     *
     * @param tensor a tensor of an open checkpoint
     * @param targets take its bytes one after the other, each from its position to its limit, to which the position is
     *     moved; they have exactly as many bytes as the tensor, and must not overlap
     * @throws IllegalArgumentException when the buffers have another number of bytes, or one is read-only
     * @throws IOException when the file cannot be read, or is not the one that was opened
     * @throws IllegalStateException when the checkpoint is closed
     */
    public void readInto(Tensor tensor, List<ByteBuffer> targets) throws IOException {
        requireBytes("tensor " + tensor.name(), tensor.byteSize(), targets);
        readInto(tensor.file(), tensor.fileOffset(), targets);
    }

    /**
     * Reads all tensors of a file into the caller's memory: a tensor is then {@code fileOffset() - dataOffset()} bytes
     * behind the start of the first buffer.
     *
     * @param file a file of an open checkpoint
     * @param targets take the bytes behind the header one after the other, each from its position to its limit, to
     *     which the position is moved; they have exactly as many bytes as the file has there, and must not overlap
     * @throws IllegalArgumentException when the buffers have another number of bytes, or one is read-only
     * @throws IOException when the file cannot be read, or is not the one that was opened
     * @throws IllegalStateException when the checkpoint is closed
     */
    public void readInto(CheckpointFile file, List<ByteBuffer> targets) throws IOException {
        requireBytes("the data of " + file.path(), file.byteSize() - file.dataOffset(), targets);
        readInto(file, file.dataOffset(), targets);
    }

    private void readInto(CheckpointFile file, long offset, List<ByteBuffer> targets) throws IOException {
        ReadThreads.read(List.of(reads(file, pieces(offset, targets))), threads, blockBytes);
        targets.forEach(target -> target.position(target.limit()));
    }

    private static void requireBytes(String what, long bytes, List<ByteBuffer> targets) {
        long room = targets.stream().mapToLong(ByteBuffer::remaining).sum();
        if (room != bytes) {
            throw new IllegalArgumentException(
                    what + " has " + bytes + " bytes, the memory for it has room for " + room);
        }
        if (targets.stream().anyMatch(ByteBuffer::isReadOnly)) {
            throw new IllegalArgumentException(what + ": the memory for it is a read-only buffer");
        }
    }

    private static FileReads reads(CheckpointFile file, List<Piece> pieces) {
        file.requireOpen();
        return new FileReads(file.path(), file.identity(), pieces);
    }

    private static List<Piece> pieces(long offset, List<ByteBuffer> targets) {
        List<Piece> pieces = new ArrayList<>();
        long at = offset;
        for (ByteBuffer target : targets) {
            pieces.add(new Piece(at, target.slice()));
            at += target.remaining();
        }
        return pieces;
    }
}
