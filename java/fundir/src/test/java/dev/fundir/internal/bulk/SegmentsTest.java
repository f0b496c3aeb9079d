package dev.fundir.internal.bulk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class SegmentsTest {
    private static List<Integer> lengths(List<ByteBuffer> buffers) {
        return buffers.stream().map(ByteBuffer::remaining).toList();
    }

    @Test
    void neighboursShareASegmentThatIsReadInOneGo() {
        Segments segments = new Segments();
        segments.add(24, 1000);
        segments.add(1000, 1000);
        segments.add(1000, 5000);
        segments.add(9096, 9100);
        segments.add(13_197, 13_200);
        List<Piece> pieces = segments.allocate();
        assertEquals(List.of(24L, 13_197L), pieces.stream().map(Piece::offset).toList());
        assertEquals(List.of(9076, 3), pieces.stream().map(Piece::length).toList());
        pieces.get(0).target().put(1000 - 24, (byte) 5).put(9096 - 24, (byte) 6);
        assertEquals(List.of(976), lengths(segments.buffers(0)));
        assertEquals(List.of(), segments.buffers(1));
        assertEquals(5, segments.buffers(2).get(0).get(0));
        assertEquals(6, segments.buffers(3).get(0).get(0));
    }

    @Test
    void segmentsLieInPagesAsTheirBytesDo() {
        Segments segments = new Segments();
        segments.add(100_001, 300_000);
        Piece piece = segments.allocate().get(0);
        assertEquals(100_001 % 4096, piece.target().alignmentOffset(0, 4096));
        assertTrue(piece.isCopiedWell());
    }

    @Test
    void aRangeThatNoBufferSpansIsCutToMultiplesOfEight() {
        Segments segments = new Segments(1000);
        segments.add(10, 1010);
        segments.add(1010, 3510);
        segments.add(3510, 3600);
        List<Piece> pieces = segments.allocate();
        assertEquals(List.of(1000), lengths(segments.buffers(0)));
        assertEquals(List.of(512, 512, 512, 512, 452), lengths(segments.buffers(1)));
        assertEquals(List.of(90), lengths(segments.buffers(2)));
        assertEquals(3590, pieces.stream().mapToInt(Piece::length).sum());
        assertTrue(pieces.stream().allMatch(piece -> piece.length() <= 1000));
        for (Piece piece : pieces) {
            for (int i = 0; i < piece.length(); i++) {
                piece.target().put(i, (byte) ((piece.offset() + i) / 8));
            }
        }
        long at = 1010;
        for (ByteBuffer chunk : segments.buffers(1)) {
            while (chunk.hasRemaining()) {
                assertEquals((byte) (at++ / 8), chunk.get());
            }
        }
    }

    @Test
    void oneSegmentIsNotHeldByTooManyRanges() {
        Segments segments = new Segments();
        int size = 24 << 20;
        for (long i = 0; i < 4; i++) {
            segments.add(i * size, (i + 1) * size);
        }
        assertEquals(
                List.of(2 * size, 2 * size),
                segments.allocate().stream().map(Piece::length).toList());
    }
}
