package dev.fundir.internal.bulk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.CheckpointFormatException;
import dev.fundir.internal.FileIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadThreadsTest {
    private final Random random = new Random(7);

    @TempDir
    Path folder;

    private byte[] content;

    private FileReads file(int size, List<Piece> pieces) throws IOException {
        content = new byte[size];
        random.nextBytes(content);
        Path file = Files.write(folder.resolve("file"), content);
        return new FileReads(file, FileIdentity.of(file), pieces);
    }

    /** Pieces of all sizes, side by side or with gaps of all sizes, in all kinds of memory. */
    private List<Piece> randomPieces(int end) {
        List<Piece> pieces = new ArrayList<>();
        int at = random.nextInt(5000);
        while (true) {
            int length = random.nextInt(1 << random.nextInt(18));
            if (at + length > end) {
                return pieces;
            }
            ByteBuffer target = random.nextInt(3) == 0
                    ? ByteBuffer.allocate(length)
                    : ByteBuffer.allocateDirect(length + 100).slice(random.nextInt(100), length);
            pieces.add(new Piece(at, target));
            at += length + (random.nextBoolean() ? 0 : random.nextInt(1 << random.nextInt(15)));
        }
    }

    @Test
    void anyPiecesAreReadByAnyBlocks() throws IOException {
        for (int round = 0; round < 100; round++) {
            int size = 1_000_000;
            List<Piece> pieces = randomPieces(size);
            ReadThreads.read(List.of(file(size, pieces)), 1 + random.nextInt(3), 4096 << random.nextInt(9));
            for (Piece piece : pieces) {
                assertEquals(ByteBuffer.wrap(content, (int) piece.offset(), piece.length()), piece.target());
            }
        }
    }

    @Test
    void blocksBeginAtMultiplesOfTheirSize() throws IOException {
        List<Piece> pieces = List.of(
                new Piece(100, ByteBuffer.allocate(10_000)),
                new Piece(10_100, ByteBuffer.allocate(5)),
                new Piece(30_000, ByteBuffer.allocate(1)));
        List<FileReads.Block> blocks = file(30_001, pieces).blocks(4096);
        assertEquals(
                List.of(List.of(100L), List.of(4096L), List.of(8192L, 10_100L), List.of(30_000L)),
                blocks.stream()
                        .map(block -> block.pieces().stream().map(Piece::offset).toList())
                        .toList());
    }

    @Test
    void aFileThatEndsEarlyIsIncomplete() throws IOException {
        FileReads file = file(10_000, List.of(new Piece(9_990, ByteBuffer.allocateDirect(11))));
        CheckpointFormatException e =
                assertThrows(CheckpointFormatException.class, () -> ReadThreads.read(List.of(file), 4, 8192));
        assertEquals(CheckpointFormatException.Reason.INCOMPLETE, e.reason());
        assertEquals(file.path(), e.file());
        assertTrue(e.getMessage().contains("cut to 10000 bytes"), e.getMessage());
    }

    @Test
    void nothingToReadIsNoProblem() throws IOException {
        ReadThreads.read(List.of(), 4, 8192);
        ReadThreads.read(List.of(file(10, List.of(new Piece(5, ByteBuffer.allocate(0))))), 4, 8192);
    }

    @Test
    void memoryJustBehindItsPlaceInThePageIsNotCopiedWell() {
        ByteBuffer page = ByteBuffer.allocateDirect(3 * 4096).alignedSlice(4096);
        for (int distance : new int[] {1, 8, 31, -4095}) {
            assertTrue(!new Piece(4096L * 5, page.slice(Math.floorMod(distance, 4096), 10)).isCopiedWell());
        }
        for (int distance : new int[] {0, 32, 100, 4095}) {
            assertTrue(new Piece(4096L * 5, page.slice(distance, 10)).isCopiedWell());
        }
    }
}
