package dev.fundir.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartialFileTest {
    private static final int SIZE = 1050;
    private static final byte[] BYTES = Bytes.random(SIZE, 1);

    @TempDir
    Path folder;

    private Path path;

    @BeforeEach
    void name() {
        path = folder.resolve("partial");
    }

    private PartialFile open() throws IOException {
        return PartialFile.open(path, SIZE, 100);
    }

    private static ByteBuffer part(int from, int count) {
        return ByteBuffer.wrap(BYTES, from, count);
    }

    @Test
    void chunksFillUpInAnyOrderAndAreThereNextTime() throws IOException {
        try (PartialFile file = open()) {
            assertEquals(11, file.chunks());
            assertEquals(50, file.length(10));
            file.append(3, part(300, 40));
            file.append(10, part(1000, 50));
            file.append(0, part(0, 100));
            file.append(1, part(100, 7));
            file.append(3, part(340, 60));
            assertEquals(107, file.beginning(0));
        }
        try (PartialFile file = open()) {
            assertEquals(257, file.done());
            assertEquals(107, file.beginning(100));
            assertEquals(7, file.done(1));
            assertEquals(100, file.done(3));
            ByteBuffer read = ByteBuffer.allocate(500);
            file.read(read, 300, 400);
            assertEquals(part(300, 100), read);
            file.append(1, part(107, 93));
            file.append(2, part(200, 100));
            assertEquals(400, file.beginning(107));
            for (int chunk = 4; chunk < 10; chunk++) {
                file.append(chunk, part(chunk * 100, 100));
            }
            assertEquals(SIZE, file.beginning(400));
            file.complete();
        }
        assertArrayEquals(BYTES, Files.readAllBytes(path));
        try (PartialFile file = open()) {
            assertEquals(SIZE, file.done());
        }
    }

    @Test
    void aBeginningWithoutAJournalIsGoneOnWith() throws IOException {
        Files.write(path, Arrays.copyOf(BYTES, 234));
        try (PartialFile file = open()) {
            assertEquals(234, file.beginning(0));
            assertEquals(234, file.done());
            file.append(2, part(234, 66));
        }
        try (PartialFile file = open()) {
            assertEquals(300, file.beginning(0));
        }
    }

    @Test
    void ajournalThatIsNoneIsAStartFromZero() throws IOException {
        for (int length : new int[] {SIZE + 1, SIZE + 59, SIZE + 60, SIZE + 61, 5 * SIZE}) {
            Files.write(path, Bytes.random(length, length));
            try (PartialFile file = open()) {
                assertEquals(0, file.done(), length + " bytes");
                file.append(0, part(0, 100));
            }
            try (PartialFile file = open()) {
                assertEquals(100, file.done());
            }
        }
    }

    @Test
    void aJournalOfOtherChunksIsAStartFromZero() throws IOException {
        try (PartialFile file = open()) {
            file.append(0, part(0, 100));
        }
        try (PartialFile file = PartialFile.open(path, SIZE, 101)) {
            assertEquals(0, file.done());
        }
    }

    @Test
    void moreThanAChunkMissesIsRefused() throws IOException {
        try (PartialFile file = open()) {
            assertThrows(IllegalArgumentException.class, () -> file.append(10, part(0, 51)));
            assertEquals(0, file.done());
        }
    }

    @Test
    void nothingIsAFileToo() throws IOException {
        try (PartialFile file = PartialFile.open(path, 0, 100)) {
            assertEquals(0, file.chunks());
            assertEquals(0, file.beginning(0));
            file.complete();
        }
        assertEquals(0, Files.size(path));
    }

    @Test
    void resettingForgetsAll() throws IOException {
        try (PartialFile file = open()) {
            file.append(0, part(0, 100));
            file.reset();
            assertEquals(0, file.done());
            file.append(0, part(0, 10));
        }
        try (PartialFile file = open()) {
            assertEquals(10, file.done());
            file.delete();
        }
        assertFalse(Files.exists(path));
    }
}
