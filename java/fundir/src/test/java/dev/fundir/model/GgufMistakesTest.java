package dev.fundir.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointFormatException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that lie, and files that are something else. */
class GgufMistakesTest {
    private static final long HUGE = Long.MAX_VALUE / 2;

    @TempDir
    Path folder;

    private CheckpointFormatException refused(Reason reason, Path file, String... words) {
        CheckpointFormatException problem =
                assertThrows(CheckpointFormatException.class, () -> GgufFile.open(file), file::toString);
        assertEquals(reason, problem.reason(), problem::getMessage);
        assertEquals(file, problem.file());
        for (String word : words) {
            assertTrue(problem.getMessage().contains(word), problem::getMessage);
        }
        return problem;
    }

    private void refused(Reason reason, GgufBytes bytes, String... words) throws IOException {
        refused(reason, bytes.write(folder.resolve("f.gguf")), words);
    }

    private void refusedTensor(Reason reason, GgufBytes bytes, String... words) throws IOException {
        Path file = bytes.align(32).raw(new byte[256]).write(folder.resolve("f.gguf"));
        assertEquals(Optional.of("w"), refused(reason, file, words).tensor());
    }

    private static GgufBytes one() {
        return new GgufBytes(3, 1, 0);
    }

    private static GgufBytes value(String key, int type) {
        return new GgufBytes(3, 0, 1).text(key).u32(type);
    }

    @Test
    void otherFilesAreToldApart() throws IOException {
        Path file = folder.resolve("f.gguf");
        String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
        refused(Reason.LFS_POINTER, Files.writeString(file, pointer), "git lfs pull");
        refused(Reason.GGUF_NOT_VALID, Files.writeString(file, "PK\3\4 and more"), "50 4b 03 04");
        refused(Reason.INCOMPLETE, Files.write(file, new byte[0]), "0 bytes");
        refused(Reason.INCOMPLETE, Files.writeString(file, "GGUF"), "4 bytes");
        refused(Reason.GGUF_NOT_SUPPORTED, GgufFixture.path("big-endian.gguf"), "version 3 for big-endian");
        refused(Reason.GGUF_NOT_SUPPORTED, new GgufBytes(1, 0, 0), "version 1;", "convert the model again");
        refused(Reason.GGUF_NOT_SUPPORTED, new GgufBytes(4, 0, 0), "version 4;", "newer");
        refused(Reason.GGUF_NOT_SUPPORTED, new GgufBytes(0, 0, 0), "version 0;");
    }

    @Test
    void aFileCutAnywhereIsIncomplete() throws IOException {
        byte[] whole = GgufFixture.bytes("written-q8_0.gguf");
        // The last tensor needs no padding behind it.
        int end = whole.length;
        GgufTensor last =
                GgufFile.open(GgufFixture.path("written-q8_0.gguf")).tensors().get(3);
        assertTrue(last.fileOffset() + last.fileBytes() <= end && end - 32 < last.fileOffset() + last.fileBytes());
        for (int length = 0; length < last.fileOffset() + last.fileBytes(); length++) {
            Path file = Files.write(folder.resolve("cut.gguf"), Arrays.copyOf(whole, length));
            refused(Reason.INCOMPLETE, file);
        }
    }

    @Test
    void countsAreHeldAgainstTheFile() throws IOException {
        refused(Reason.INCOMPLETE, new GgufBytes(3, -1, 0), "18446744073709551615 tensors");
        refused(Reason.INCOMPLETE, new GgufBytes(3, HUGE, 0), HUGE + " tensors");
        refused(Reason.INCOMPLETE, new GgufBytes(3, 0, -1), "18446744073709551615 metadata values");
        refused(Reason.INCOMPLETE, new GgufBytes(3, 0, 1), "1 metadata values");
        refused(
                Reason.GGUF_NOT_VALID,
                new GgufBytes(3, 0, 1).u64(-1).raw(new byte[99]),
                "has 18446744073709551615 bytes");
        refused(Reason.INCOMPLETE, new GgufBytes(3, 0, 1).u64(50).raw(new byte[9]), "takes 50 bytes");
        refused(Reason.INCOMPLETE, value("k", 8).u64(-1), "the value of k takes 18446744073709551615 bytes");
        refused(Reason.INCOMPLETE, value("k", 9).u32(4).u64(HUGE), "elements of the value of k");
        refused(Reason.INCOMPLETE, value("k", 9).u32(8).u64(1L << 61), "elements of the value of k");
        refused(Reason.INCOMPLETE, value("k", 9).u32(8).u64(1).u64(1L << 40), "the value of k takes 1099511627776");
        refused(Reason.INCOMPLETE, value("k", 9).u32(9).u64(HUGE), "elements of the value of k");
    }

    @Test
    void valuesHaveTypesThatThereAre() throws IOException {
        refused(Reason.GGUF_NOT_VALID, value("k", 13).raw(new byte[16]), "the value of k has the type 13");
        refused(Reason.GGUF_NOT_VALID, value("k", -1).raw(new byte[16]), "the type 4294967295");
        refused(Reason.GGUF_NOT_VALID, value("k", 9).u32(77).u64(0), "elements of the value of k has the type 77");
        GgufBytes deep = value("k", 9);
        for (int depth = 0; depth < 1000; depth++) {
            deep.u32(9).u64(1);
        }
        refused(Reason.GGUF_NOT_VALID, deep, "more than 8 deep");
        refused(Reason.GGUF_NOT_VALID, value("k", 8).u64(2).raw(0xC3, 0x28), "the value of k is not UTF-8");
        refused(Reason.GGUF_NOT_VALID, new GgufBytes(3, 0, 1).u64(1).raw(0xFF).raw(new byte[12]), "not UTF-8");
        GgufBytes twice =
                new GgufBytes(3, 0, 2).text("k").u32(0).raw(1).text("k").u32(0).raw(1);
        refused(Reason.GGUF_NOT_VALID, twice, "key k is there twice");
    }

    @Test
    void theAlignmentIsAPowerOfTwo() throws IOException {
        refused(Reason.GGUF_NOT_VALID, value("general.alignment", 4).u32(0), "is 0, not a power");
        refused(Reason.GGUF_NOT_VALID, value("general.alignment", 4).u32(48), "is 48, not a power");
        refused(Reason.GGUF_NOT_VALID, value("general.alignment", 10).u64(32), "is uint64, not uint32");
        GgufBytes far = new GgufBytes(3, 1, 1)
                .text("general.alignment")
                .u32(4)
                .u32(1 << 31)
                .tensor("w", 0, 0, 1)
                .raw(new byte[100]);
        refused(Reason.INCOMPLETE, far, "from byte 2147483648");
    }

    @Test
    void tensorsHaveShapesAndTypesThatThereAre() throws IOException {
        refusedTensor(Reason.GGUF_NOT_SUPPORTED, one().tensor("w", 16, 0, 256), "type 16 (IQ2_XXS)");
        refusedTensor(Reason.GGUF_NOT_SUPPORTED, one().tensor("w", 4, 0, 256), "type 4,");
        refusedTensor(Reason.GGUF_NOT_SUPPORTED, one().tensor("w", -1, 0, 256), "type 4294967295");
        refusedTensor(Reason.GGUF_NOT_VALID, one().tensor("w", 0, 0, new long[65]), "65 dimensions");
        refusedTensor(Reason.GGUF_NOT_VALID, one().text("w").u32(-1).raw(new byte[64]), "4294967295 dimensions");
        refusedTensor(Reason.SIZE_OVERFLOW, one().tensor("w", 0, 0, -1), "18446744073709551615");
        refusedTensor(Reason.SIZE_OVERFLOW, one().tensor("w", 0, 0, 1L << 32, 1L << 32), "overflows");
        refusedTensor(Reason.SIZE_OVERFLOW, one().tensor("w", 2, 0, 1L << 59), "overflows");
        refusedTensor(Reason.SIZE_MISMATCH, one().tensor("w", 8, 0, 33, 32), "rows of 33", "Q8_0, 32 each");
        refusedTensor(Reason.SIZE_MISMATCH, one().tensor("w", 14, 0, 32), "rows of 32", "Q6_K, 256 each");
        refusedTensor(Reason.SIZE_MISMATCH, one().tensor("w", 8, 0), "rows of 1");
    }

    @Test
    void tensorsLieInTheFileEachInItsPlace() throws IOException {
        refusedTensor(Reason.INVALID_OFFSET, one().tensor("w", 0, 4, 1), "offset 4", "alignment, 32");
        refusedTensor(Reason.INVALID_OFFSET, one().tensor("w", 0, -32, 1), "offset 18446744073709551584");
        refusedTensor(Reason.INCOMPLETE, one().tensor("w", 0, 0, 65), "takes 260 bytes", "cut short");
        refusedTensor(Reason.INCOMPLETE, one().tensor("w", 0, 256, 1), "takes 4 bytes");
        refusedTensor(Reason.INCOMPLETE, one().tensor("w", 0, Long.MAX_VALUE - 31, 1), "takes 4 bytes");
        refusedTensor(
                Reason.INVALID_OFFSET,
                new GgufBytes(3, 2, 0).tensor("v", 0, 0, 9).tensor("w", 0, 32, 1),
                "inside of v");
        refusedTensor(
                Reason.GGUF_NOT_VALID,
                new GgufBytes(3, 2, 0).tensor("w", 0, 0, 1).tensor("w", 0, 32, 1),
                "two tensors");
    }

    @Test
    void aFileOfTextIsNoGguf() throws IOException {
        Path file = Files.write(folder.resolve("f.gguf"), "GGUX0000".getBytes(StandardCharsets.UTF_8));
        refused(Reason.GGUF_NOT_VALID, file, "not with the letters GGUF");
    }

    @Test
    void aPartOfAModelIsNotTakenForTheModel() throws IOException {
        Path file = value("split.count", 2).raw(3, 0).write(folder.resolve("m-00001-of-00003.gguf"));
        CheckpointFormatException problem =
                assertThrows(CheckpointFormatException.class, () -> new GgufFormat().load(file));
        assertTrue(problem.getMessage().contains("one of 3 parts"), problem::getMessage);
    }
}
