package dev.fundir.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The tensor data of a file, mapped read-only in windows that a {@link ByteBuffer} can span.
 *
 * <p>All windows are mapped when the file is opened: mapping costs microseconds and reserves addresses only, and no
 * file descriptor has to stay open, which the interruption of any reading thread would close for all. Windows are cut
 * between tensors where that is possible; the rare range across a cut of a huge tensor gets a mapping of its own, from
 * a file that is opened again and must be the same. Slices keep their window mapped; {@link #close} only lets go. Safe
 * for many threads.
 */
public final class MappedFile {
    private final Path path;
    private final FileIdentity identity;
    /** Where the windows begin, ascending, and where the last one ends: offsets in the file. */
    private final long[] cuts;

    /** Null once closed. */
    private volatile List<ByteBuffer> windows;

    private MappedFile(Path path, FileIdentity identity, long[] cuts, List<ByteBuffer> windows) {
        this.path = path;
        this.identity = identity;
        this.cuts = cuts;
        this.windows = windows;
    }

    /**
     * Maps the tensor data of an open file.
     *
     * @param channel the file, not needed afterwards
     * @param identity what the file is
     * @param tensors where its tensors lie
     * @param path names the file in errors
     * @return the mapped data
     * @throws IOException when it cannot be mapped
     */
    public static MappedFile map(FileChannel channel, FileIdentity identity, TensorExtents tensors, Path path)
            throws IOException {
        return map(channel, identity, tensors, path, Integer.MAX_VALUE);
    }

    /** Maps with windows of at most {@code limit} bytes. */
    static MappedFile map(FileChannel channel, FileIdentity identity, TensorExtents tensors, Path path, int limit)
            throws IOException {
        long[] cuts = cuts(tensors, identity.size(), limit);
        List<ByteBuffer> windows = new ArrayList<>();
        for (int i = 0; i + 1 < cuts.length; i++) {
            windows.add(map(channel, cuts[i], cuts[i + 1] - cuts[i]));
        }
        return new MappedFile(path, identity, cuts, windows);
    }

    private static ByteBuffer map(FileChannel channel, long offset, long length) throws IOException {
        return channel.map(FileChannel.MapMode.READ_ONLY, offset, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static long[] cuts(TensorExtents tensors, long end, int limit) {
        long cut = tensors.dataStart();
        if (end - cut <= limit) {
            return new long[] {cut, end};
        }
        // A power of two, so that a cut inside a tensor falls between elements.
        int piece = Integer.highestOneBit(limit);
        List<Long> cuts = new ArrayList<>(List.of(cut));
        for (int record = 0; record < tensors.tensorCount(); record++) {
            if (tensors.end(record) - cut > limit && tensors.begin(record) > cut) {
                cut = tensors.begin(record);
                cuts.add(cut);
            }
            while (tensors.end(record) - cut > limit) {
                cut += piece;
                cuts.add(cut);
            }
        }
        cuts.add(end);
        return cuts.stream().mapToLong(Long::longValue).toArray();
    }

    /**
     * A range of the file.
     *
     * @param offset bytes from the start of the file, in the tensor data
     * @param length bytes, ending in the tensor data
     * @return a read-only little-endian direct buffer of exactly that range
     * @throws IllegalStateException after {@link #close}
     * @throws UncheckedIOException when the range needs a mapping of its own and the file is not the one that was
     *     opened, or cannot be mapped
     */
    public ByteBuffer slice(long offset, int length) {
        List<ByteBuffer> mapped = windows();
        int window = window(offset);
        if (offset + length <= cuts[window + 1]) {
            return mapped.get(window)
                    .slice((int) (offset - cuts[window]), length)
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
        try {
            return mapAgain(offset, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ByteBuffer mapAgain(long offset, int length) throws IOException {
        try (FileChannel channel = identity.open(path)) {
            return map(channel, offset, length);
        }
    }

    /**
     * A range of the file of any length, in pieces that need no mapping of their own.
     *
     * @param offset bytes from the start of the file, in the tensor data
     * @param length bytes, ending in the tensor data
     * @return consecutive slices, none empty
     * @throws IllegalStateException after {@link #close}
     */
    public List<ByteBuffer> slices(long offset, long length) {
        windows();
        List<ByteBuffer> slices = new ArrayList<>();
        long end = offset + length;
        for (long at = offset; at < end; ) {
            long pieceEnd = Math.min(end, cuts[window(at) + 1]);
            slices.add(slice(at, (int) (pieceEnd - at)));
            at = pieceEnd;
        }
        return List.copyOf(slices);
    }

    /**
     * Copies a range of the file.
     *
     * @param offset bytes from the start of the file, in the tensor data
     * @param target takes as many bytes as it has room for; the range ends in the tensor data
     * @throws IllegalStateException after {@link #close}
     */
    public void read(long offset, ByteBuffer target) {
        List<ByteBuffer> mapped = windows();
        long at = offset;
        while (target.hasRemaining()) {
            int window = window(at);
            int length = (int) Math.min(target.remaining(), cuts[window + 1] - at);
            target.put(target.position(), mapped.get(window), (int) (at - cuts[window]), length);
            target.position(target.position() + length);
            at += length;
        }
    }

    /**
     * Asks the system, in the background, to bring a range of the file into memory before it is touched.
     *
     * @param offset bytes from the start of the file, in the tensor data
     * @param length bytes, ending in the tensor data
     * @throws IllegalStateException after {@link #close}
     */
    public void prefetch(long offset, long length) {
        slices(offset, length).forEach(slice -> Prefetch.ask(slice, this::isOpen));
    }

    private List<ByteBuffer> windows() {
        List<ByteBuffer> mapped = windows;
        if (mapped == null) {
            throw new IllegalStateException("the checkpoint is closed: " + path);
        }
        return mapped;
    }

    /** The last window that begins at or before the offset; an offset at the very end belongs to the last window. */
    private int window(long offset) {
        int found = Arrays.binarySearch(cuts, 0, cuts.length - 1, offset);
        return found >= 0 ? found : -found - 2;
    }

    /**
     * Whether slices can be had.
     *
     * @return false after {@link #close}
     */
    public boolean isOpen() {
        return windows != null;
    }

    /**
     * Lets go of the windows. Each is unmapped when nobody holds a slice of it and the garbage collector has noticed.
     */
    public void close() {
        windows = null;
    }
}
