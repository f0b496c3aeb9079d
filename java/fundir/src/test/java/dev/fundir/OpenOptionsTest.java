package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.CheckpointFormatException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OpenOptionsTest {
    private static final String A = TestFile.entry("a", "U8", "2", 0, 2);

    @TempDir
    Path folder;

    static Stream<Arguments> oddFiles() {
        return Stream.of(
                odd(Reason.DUPLICATE_NAME, "a", padded("{" + A.replace("[2]", "[9]") + "," + A + "}"), "two tensors"),
                odd(
                        Reason.DUPLICATE_KEY,
                        null,
                        padded("{\"__metadata__\":{\"k\":\"v\",\"k\":\"w\"}," + A + "}"),
                        "\"v\" and \"w\""),
                odd(Reason.NUL_IN_NAME, "a\0b", padded("{" + A.replace("\"a\"", "\"a\\u0000b\"") + "}"), "byte 1"),
                odd(Reason.UNKNOWN_FIELD, "a", padded("{" + A.replace("{", "{\"crc\":1,") + "}"), "\"crc\""),
                odd(
                        Reason.MISALIGNED,
                        "b",
                        padded("{" + TestFile.entry("a", "U8", "1", 0, 1) + "," + TestFile.entry("b", "F16", "1", 1, 3)
                                + "}"),
                        "begins at 1"),
                odd(Reason.MISALIGNED, null, "{" + A + "}", "multiple of 8"),
                odd(Reason.HEADER_NOT_VALID, "a", padded("{\"a\":[\"U8\",[2],[0,2]]}"), "list"),
                odd(Reason.HEADER_NOT_VALID, null, padded(" {" + A + "}"), "white space"));
    }

    private static Arguments odd(Reason reason, String tensor, String header, String part) {
        return Arguments.of(reason, Optional.ofNullable(tensor), header, part);
    }

    private static String padded(String header) {
        return header + " ".repeat((8 - header.length() % 8) % 8);
    }

    private Path file(String header) throws IOException {
        int bytes = header.contains("F16") ? 3 : 2;
        return TestFile.write(folder.resolve("m.safetensors"), header, new byte[bytes]);
    }

    @ParameterizedTest
    @MethodSource("oddFiles")
    void theStrictModeRefusesWhatIsAcceptedOtherwise(Reason reason, Optional<String> tensor, String header, String part)
            throws IOException {
        Path file = file(header);
        Checkpoint.open(file).close();
        CheckpointFormatException e =
                assertThrows(CheckpointFormatException.class, () -> Checkpoint.open(file, OpenOptions.strict()));
        assertEquals(reason, e.reason(), e.getMessage());
        assertEquals(tensor, e.tensor());
        assertEquals(file, e.file());
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    /** What the writer writes, and what an edit leaves, keeps all rules. */
    @Test
    void ourFilesAreStrict() throws IOException {
        CheckpointWriter writer =
                CheckpointWriter.toFolder(folder).shardSize(100).metadata("k", "long text");
        for (DType dtype : DType.values()) {
            ByteBuffer bytes = ByteBuffer.allocate((int) dtype.byteSize(8));
            writer.tensor(dtype.name(), dtype, new long[] {8}, bytes);
        }
        Path index = writer.write();
        try (Checkpoint checkpoint = Checkpoint.open(index, OpenOptions.strict())) {
            assertEquals(DType.values().length, checkpoint.tensorCount());
            for (CheckpointFile file : checkpoint.files()) {
                for (String value : List.of("short", "longer than it was before")) {
                    CheckpointEdit.of(file.path()).set("k", value).apply();
                    Checkpoint.open(file.path(), OpenOptions.strict()).close();
                }
            }
        }
    }

    @Test
    void limitsAreForEachHeaderAndForAllTensors() throws IOException {
        CheckpointWriter writer = CheckpointWriter.toFolder(folder).shardSize(2);
        for (String name : List.of("a", "b", "c", "d")) {
            writer.tensor(name, DType.U8, new long[] {1}, ByteBuffer.allocate(1));
        }
        Path index = writer.write();
        Path shard = folder.resolve("model-00001-of-00002.safetensors");
        long header = Files.size(shard) - 8 - 2;
        OpenOptions enough = OpenOptions.DEFAULT.withMaxHeaderBytes(header).withMaxTensors(4);
        Checkpoint.open(index, enough).close();
        assertOverLimit(index, enough.withMaxTensors(3), "more than 3 tensors");
        assertOverLimit(index, enough.withMaxTensors(1), "more than 1 tensors");
        assertOverLimit(shard, enough.withMaxTensors(1), "more than 1 tensors");
        assertOverLimit(index, enough.withMaxHeaderBytes(header - 1), header + " bytes, but at most " + (header - 1));
    }

    private static void assertOverLimit(Path path, OpenOptions options, String part) {
        CheckpointFormatException e =
                assertThrows(CheckpointFormatException.class, () -> Checkpoint.open(path, options));
        assertEquals(Reason.OVER_LIMIT, e.reason());
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void optionsAreValues() {
        assertFalse(OpenOptions.DEFAULT.isStrict());
        OpenOptions options = OpenOptions.strict().withMaxTensors(5).withMaxHeaderBytes(7);
        assertTrue(options.isStrict());
        assertEquals(5, options.maxTensors());
        assertEquals(7, options.maxHeaderBytes());
        assertEquals("strict, headers of up to 7 bytes, up to 5 tensors", options.toString());
        assertEquals(100_000_000, OpenOptions.DEFAULT.maxHeaderBytes());
        assertThrows(IllegalArgumentException.class, () -> options.withMaxTensors(-1));
        assertThrows(IllegalArgumentException.class, () -> options.withMaxHeaderBytes(-1));
        assertThrows(IllegalArgumentException.class, () -> options.withMaxHeaderBytes(100_000_001));
    }
}
