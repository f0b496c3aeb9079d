package dev.fundir.internal.bulk;

import dev.fundir.ffi.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory for ranges of a file. Neighbours share a segment, so that they are read in one go; a segment ends where it
 * would become larger than {@value #SHARED} bytes, so that a range that is held does not hold all others.
 */
public final class Segments {
    private static final int SHARED = 64 << 20;

    /** A range that a buffer cannot span is cut to pieces of this size. */
    private static final int CUT = 1 << 30;

    /** Bytes between two ranges that are read with them: disks and caches give whole pages anyway. */
    private static final int GAP = 4096;

    private static final int PAGE = 4096;

    /** What of a range lies in which segment. */
    private record Part(int segment, long begin, long end) {}

    private final int largest;
    private final List<Long> begins = new ArrayList<>();
    private final List<Long> ends = new ArrayList<>();
    private final List<List<Part>> ranges = new ArrayList<>();
    private List<ByteBuffer> memory = List.of();

    /** Segments for ranges of which a buffer spans all but the largest. */
    public Segments() {
        this(Integer.MAX_VALUE);
    }

    /** Segments of at most {@code largest} bytes. */
    Segments(int largest) {
        this.largest = largest;
    }

    /**
     * Adds a range of the file.
     *
     * @param begin where it begins, at or after the end of the one before
     * @param end where it ends
     */
    public void add(long begin, long end) {
        List<Part> parts = new ArrayList<>();
        int cut = end - begin > largest ? Integer.highestOneBit(Math.min(CUT, largest)) : largest;
        for (long at = begin; at < end; at += cut) {
            long partEnd = Math.min(end, at + cut);
            parts.add(new Part(segment(at, partEnd), at, partEnd));
        }
        ranges.add(parts);
    }

    /** The segment that holds a part: the last one, extended, or a new one. */
    private int segment(long begin, long end) {
        int last = begins.size() - 1;
        if (last >= 0 && begin - ends.get(last) <= GAP && end - begins.get(last) <= Math.min(SHARED, largest)) {
            ends.set(last, end);
            return last;
        }
        begins.add(begin);
        ends.add(end);
        return last + 1;
    }

    /**
     * Allocates the memory of all ranges.
     *
     * @return what is to be read to fill it
     * @throws OutOfMemoryError when there is not as much
     */
    public List<Piece> allocate() {
        List<Piece> pieces = new ArrayList<>();
        memory = new ArrayList<>();
        for (int i = 0; i < begins.size(); i++) {
            memory.add(Memory.allocate(place(i) + length(i)).slice(place(i), length(i)));
            pieces.add(new Piece(begins.get(i), memory.get(i)));
        }
        return pieces;
    }

    private int length(int segment) {
        return (int) (ends.get(segment) - begins.get(segment));
    }

    /** Where a segment begins in its memory: so that it lies in pages as it does in the file, if that fits. */
    private int place(int segment) {
        int place = (int) (begins.get(segment) % PAGE);
        return length(segment) > Integer.MAX_VALUE - place ? 0 : place;
    }

    /**
     * The memory of a range.
     *
     * @param range the number of the range in the order they were added
     * @return consecutive little-endian buffers, of which all but the last have a multiple of 8 bytes: one, or several
     *     when no buffer spans them; none when the range is empty
     */
    public List<ByteBuffer> buffers(int range) {
        List<ByteBuffer> buffers = new ArrayList<>();
        for (Part part : ranges.get(range)) {
            int from = (int) (part.begin() - begins.get(part.segment()));
            int length = (int) (part.end() - part.begin());
            buffers.add(memory.get(part.segment()).slice(from, length).order(ByteOrder.LITTLE_ENDIAN));
        }
        return buffers;
    }
}
