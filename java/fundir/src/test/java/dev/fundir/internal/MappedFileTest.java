package dev.fundir.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import dev.fundir.ffi.HeaderRules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Windows of a few bytes, so that tensors cross them. */
class MappedFileTest {
    private static final long[] SIZES = {5, 0, 3, 40, 8, 1, 0, 9, 16, 17, 2};

    @TempDir
    Path folder;

    private Path file;
    private byte[] bytes;
    private HeaderIndex header;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("f.safetensors");
        CheckpointWriter writer = CheckpointWriter.to(file);
        int value = 0;
        for (int i = 0; i < SIZES.length; i++) {
            byte[] data = new byte[(int) SIZES[i]];
            for (int j = 0; j < data.length; j++) {
                data[j] = (byte) value++;
            }
            writer.tensor(String.format("t%02d", i), DType.U8, new long[] {SIZES[i]}, ByteBuffer.wrap(data));
        }
        writer.write();
        bytes = Files.readAllBytes(file);
    }

    private MappedFile map(int limit) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            header = HeaderReader.read(channel, channel.size(), file, HeaderRules.FORMAT);
            return MappedFile.map(channel, FileIdentity.of(file), header, file, limit);
        }
    }

    @Test
    void everyRangeIsReadableWhateverTheWindows() throws IOException {
        for (int limit : new int[] {1, 2, 8, 9, 16, 30, 64, 1000}) {
            MappedFile mapped = map(limit);
            for (int begin = (int) header.dataStart(); begin <= bytes.length; begin++) {
                for (int end = begin; end <= bytes.length; end++) {
                    ByteBuffer slice = mapped.slice(begin, end - begin);
                    assertArrayEquals(Arrays.copyOfRange(bytes, begin, end), bytes(slice), "limit " + limit);
                    assertTrue(slice.isReadOnly() && slice.isDirect());
                    assertEquals(ByteOrder.LITTLE_ENDIAN, slice.order());
                }
            }
        }
    }

    @Test
    void slicesJoinToTheRangeAndNeedNoMappingOfTheirOwn() throws IOException {
        for (int limit : new int[] {8, 9, 16, 30, 64, 1000}) {
            MappedFile mapped = map(limit);
            Files.move(
                    file,
                    folder.resolve("moved"),
                    StandardCopyOption.REPLACE_EXISTING); // so that nothing can be mapped again
            for (int record = 0; record < header.tensorCount(); record++) {
                long begin = header.begin(record);
                long length = header.end(record) - begin;
                List<ByteBuffer> slices = mapped.slices(begin, length);
                ByteBuffer joined = ByteBuffer.allocate((int) length);
                for (int i = 0; i < slices.size(); i++) {
                    assertTrue(slices.get(i).hasRemaining());
                    assertTrue(slices.get(i).remaining() % 8 == 0 || i == slices.size() - 1);
                    joined.put(slices.get(i));
                }
                assertArrayEquals(Arrays.copyOfRange(bytes, (int) begin, (int) (begin + length)), joined.array());
                if (length <= limit) {
                    assertEquals(length == 0 ? 0 : 1, slices.size(), "a tensor that fits a window is not cut");
                }
            }
            Files.move(folder.resolve("moved"), file);
        }
    }

    @Test
    void aRangeAcrossWindowsRefusesAFileThatWasReplaced() throws IOException {
        MappedFile mapped = map(16);
        int offset = (int) header.dataStart();
        Files.copy(file, folder.resolve("copy"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.move(folder.resolve("copy"), file, StandardCopyOption.REPLACE_EXISTING);
        String message = assertThrows(UncheckedIOException.class, () -> mapped.slice(offset, 60))
                .getMessage();
        assertTrue(message.contains("replaced"), message);
        Files.delete(file);
        assertThrows(UncheckedIOException.class, () -> mapped.slice(offset, 60));
        assertArrayEquals(Arrays.copyOfRange(bytes, offset, offset + 5), bytes(mapped.slice(offset, 5)));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
