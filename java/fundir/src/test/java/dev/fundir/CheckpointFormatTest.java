package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.CheckpointFormatException.Reason;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointFormatTest {
    @TempDir
    Path folder;

    private static final byte[] NONE = {};

    static Stream<Arguments> brokenFiles() {
        String good = TestFile.entry("w", "F32", "2", 0, 8);
        return Stream.of(
                broken(Reason.HEADER_TOO_SMALL, null, new byte[] {1, 2, 3}),
                broken(Reason.HEADER_TOO_SMALL, null, NONE),
                broken(Reason.HEADER_TOO_LARGE, null, TestFile.withLength(100_000_001, NONE, NONE)),
                broken(Reason.HEADER_TOO_LARGE, null, TestFile.withLength(Long.MIN_VALUE, NONE, NONE)),
                broken(
                        Reason.HEADER_BEYOND_FILE,
                        null,
                        TestFile.withLength(1000, "{}".getBytes(StandardCharsets.UTF_8), NONE)),
                broken(Reason.HEADER_NOT_UTF8, null, TestFile.withLength(2, new byte[] {(byte) 0xFF, '}'}, NONE)),
                broken(Reason.HEADER_NOT_VALID, null, TestFile.bytes("{", NONE)),
                broken(Reason.HEADER_NOT_VALID, null, TestFile.bytes("", NONE)),
                broken(
                        Reason.HEADER_NOT_VALID,
                        "w",
                        TestFile.bytes("{" + TestFile.entry("w", "F33", "2", 0, 8) + "}", NONE)),
                broken(
                        Reason.INVALID_OFFSET,
                        "w",
                        TestFile.bytes("{" + TestFile.entry("w", "F32", "2", 8, 16) + "}", new byte[16])),
                broken(
                        Reason.INVALID_OFFSET,
                        "v",
                        TestFile.bytes("{" + good + "," + TestFile.entry("v", "F32", "2", 4, 12) + "}", new byte[12])),
                broken(
                        Reason.SIZE_OVERFLOW,
                        "w",
                        TestFile.bytes(
                                "{" + TestFile.entry("w", "F32", "9223372036854775807,4", 0, 8) + "}", new byte[8])),
                broken(
                        Reason.PARTIAL_BYTE,
                        "w",
                        TestFile.bytes("{" + TestFile.entry("w", "F4", "3", 0, 2) + "}", new byte[2])),
                broken(
                        Reason.SIZE_MISMATCH,
                        "w",
                        TestFile.bytes("{" + TestFile.entry("w", "F32", "3", 0, 8) + "}", new byte[8])),
                broken(Reason.INCOMPLETE, null, TestFile.bytes("{" + good + "}", new byte[7])),
                broken(Reason.TRAILING_BYTES, null, TestFile.bytes("{" + good + "}", new byte[9])),
                broken(
                        Reason.LFS_POINTER,
                        null,
                        ("version https://git-lfs.github.com/spec/v1\noid sha256:" + "0a".repeat(32)
                                        + "\nsize 4431234567\n")
                                .getBytes(StandardCharsets.UTF_8)),
                broken(
                        Reason.HEADER_TOO_LARGE,
                        null,
                        "<!DOCTYPE html><html>Not found</html>".getBytes(StandardCharsets.UTF_8)));
    }

    private static Arguments broken(Reason reason, String tensor, byte[] bytes) {
        return Arguments.of(reason, tensor, bytes);
    }

    @ParameterizedTest
    @MethodSource("brokenFiles")
    void saysWhichRuleIsBroken(Reason reason, String tensor, byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("broken.safetensors"), bytes);
        CheckpointFormatException e = assertThrows(CheckpointFormatException.class, () -> Checkpoint.open(file));
        assertEquals(reason, e.reason(), e.getMessage());
        assertEquals(file, e.file());
        assertEquals(Optional.ofNullable(tensor), e.tensor());
        assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
        if (tensor != null) {
            assertTrue(e.getMessage().contains(tensor), e.getMessage());
        }
    }

    @Test
    void everyCutOfAFileIsRefused() throws IOException {
        byte[] whole = TestFile.bytes("{" + TestFile.entry("w", "F32", "2", 0, 8) + "}", new byte[8]);
        for (int length = 0; length < whole.length; length++) {
            Path file = Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(whole, length));
            assertThrows(CheckpointFormatException.class, () -> Checkpoint.open(file), "cut to " + length);
        }
    }

    @Test
    void aCutDownloadIsNamedAsSuchWithBothSizes() throws IOException {
        byte[] bytes = TestFile.bytes("{" + TestFile.entry("w", "F32", "2", 0, 8) + "}", new byte[5]);
        Path file = Files.write(folder.resolve("cut.safetensors"), bytes);
        String message = assertThrows(CheckpointFormatException.class, () -> Checkpoint.open(file))
                .getMessage();
        assertTrue(message.contains("download"), message);
        assertTrue(message.contains(String.valueOf(bytes.length)), message);
        assertTrue(message.contains(String.valueOf(bytes.length + 3)), message);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, Long.MAX_VALUE, 1L << 40, 100_000_001, 100_000_000, 99_999_999})
    void aLyingLengthAllocatesNothing(long length) throws IOException {
        Path file = Files.write(folder.resolve("lie.safetensors"), TestFile.withLength(length, new byte[40], NONE));
        Checkpoint.open(TestFile.ofNames(folder.resolve("warm-up.safetensors"), 0, "a"))
                .close();
        BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .findFirst()
                .orElseThrow();
        long before = direct.getTotalCapacity();
        Reason reason = assertThrows(CheckpointFormatException.class, () -> Checkpoint.open(file))
                .reason();
        long allocated = direct.getTotalCapacity() - before;
        assertEquals(length > 0 && length <= 100_000_000 ? Reason.HEADER_BEYOND_FILE : Reason.HEADER_TOO_LARGE, reason);
        assertTrue(allocated < 64 * 1024, "allocated " + allocated + " bytes");
    }

    @Test
    void ioErrorsKeepTheirKinds() throws IOException {
        assertThrows(NoSuchFileException.class, () -> Checkpoint.open(folder.resolve("none.safetensors")));
        assertThrows(
                NoSuchFileException.class, () -> Checkpoint.open(folder.resolve("none/model.safetensors.index.json")));
        Path inFile = Files.createFile(folder.resolve("file")).resolve("child.safetensors");
        assertThrows(FileSystemException.class, () -> Checkpoint.open(inFile));
        Path device = Path.of("/dev/null");
        Assumptions.assumeTrue(Files.exists(device));
        String message = assertThrows(FileSystemException.class, () -> Checkpoint.open(device))
                .getMessage();
        assertTrue(message.contains("not a regular file"), message);
    }

    @Test
    void anUnreadableFileIsAccessDenied() throws IOException {
        Path file = TestFile.ofNames(folder.resolve("secret.safetensors"), 0, "a");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        Assumptions.assumeFalse(Files.isReadable(file), "the superuser reads every file");
        assertThrows(AccessDeniedException.class, () -> Checkpoint.open(file));
    }
}
