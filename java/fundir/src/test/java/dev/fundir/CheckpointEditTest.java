package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.CheckpointEdit.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointEditTest {
    private static final String A = TestFile.entry("a", "U8", "2", 0, 2);
    private static final String B = TestFile.entry("b", "U8", "2", 2, 4);

    @TempDir
    Path folder;

    @AfterEach
    void leavesNothingBehind() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            assertEquals(
                    List.of(),
                    entries.filter(entry -> entry.toString().endsWith(".tmp")).toList());
        }
    }

    private Path file(String header) throws IOException {
        return TestFile.write(folder.resolve("m.safetensors"), header, new byte[] {1, 2, 3, 4});
    }

    private static String header(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        return new String(bytes, 8, bytes.length - 12, StandardCharsets.UTF_8);
    }

    private static String metadata(String pairs) {
        return "{\"__metadata__\":{" + pairs + "}," + A + "," + B + "}";
    }

    /** Edits the file of a header and returns the header that it has then; the file opens and its tensors stay. */
    private String edited(String header, CheckpointEdit edit, boolean inPlace) throws IOException {
        Path file = file(header);
        Result result = edit.apply();
        assertEquals(inPlace, result.inPlace());
        byte[] bytes = Files.readAllBytes(file);
        assertArrayEquals(new byte[] {1, 2, 3, 4}, Arrays.copyOfRange(bytes, bytes.length - 4, bytes.length));
        assertEquals(inPlace, result.bytesWritten() < bytes.length);
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertEquals(2, checkpoint.tensorCount());
        }
        return header(file);
    }

    private CheckpointEdit edit() {
        return CheckpointEdit.of(folder.resolve("m.safetensors"));
    }

    @Test
    void aValueOfTheSameLengthIsAllThatIsWritten() throws IOException {
        Path file = file(metadata("\"k\":\"old\",\"l\":\"x\""));
        byte[] before = Files.readAllBytes(file);
        assertEquals(new Result(true, 3), edit().set("k", "new").apply());
        byte[] after = Files.readAllBytes(file);
        assertEquals(metadata("\"k\":\"new\",\"l\":\"x\""), header(file));
        assertEquals(before.length, after.length);
    }

    @Test
    void aShorterValueLeavesSpacesThatALongerOneTakes() throws IOException {
        String shorter = edited(metadata("\"k\":\"long\",\"l\":\"x\""), edit().set("k", "s"), true);
        assertEquals(metadata("\"k\":\"s\"   ,\"l\":\"x\""), shorter);
        assertEquals(metadata("\"k\":\"back\",\"l\":\"x\""), edited(shorter, edit().set("k", "back"), true));
        // Two changes together take the spaces that one of them leaves.
        assertEquals(
                metadata("\"k\":\"\",\"l\":\"xyz!\" "),
                edited(
                        metadata("\"k\":\"long\",\"l\":\"x\""),
                        edit().set("k", "").set("l", "xyz!"),
                        true));
    }

    @Test
    void aLongerTextTakesThePaddingOfASmallHeader() throws IOException {
        assertEquals(
                metadata("\"k\":\"12345\"") + "  ",
                edited(metadata("\"k\":\"1\"") + "      ", edit().set("k", "12345"), true));
        assertEquals(
                "{\"__metadata__\":{\"k\":\"v\"}," + A + "," + B + "}",
                edited("{" + A + "," + B + "}" + " ".repeat(25), edit().set("k", "v"), true));
    }

    @Test
    void aHeaderThatDoesNotFitGrowsByABlockSoThatTensorsCanBeShared() throws IOException {
        String header = metadata("\"k\":\"1\"");
        String padded = header + " ".repeat(8 - header.length() % 8);
        String grown = edited(padded, edit().set("k", "1234567890"), false);
        assertEquals(padded.length() + 4096, grown.length());
        assertEquals(metadata("\"k\":\"1234567890\""), grown.stripTrailing());
        // A header that was not padded is only padded.
        String odd = metadata("\"k\":\"1\"") + " ".repeat(header.length() % 8 == 0 ? 1 : 0);
        assertEquals(0, edited(odd, edit().set("k", "1234567890"), false).length() % 8);
    }

    @Test
    void keysAreRemovedWithTheirCommas() throws IOException {
        String pairs = "\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"";
        for (String keys : List.of("a", "b", "c", "ab", "bc", "ac", "abc")) {
            CheckpointEdit edit = edit();
            keys.chars().forEach(key -> edit.unset(Character.toString(key)));
            String left = Stream.of("a", "b", "c")
                    .filter(key -> !keys.contains(key))
                    .map(key -> "\"" + key + "\":\"" + (char) (key.charAt(0) - 'a' + '1') + "\"")
                    .reduce((x, y) -> x + "," + y)
                    .orElse("");
            String header = edited(metadata(pairs), edit, true);
            assertEquals(metadata(left), header.replace(" ", ""), keys);
            assertEquals(metadata(pairs).length(), header.length());
        }
    }

    @Test
    void keysAreAddedWhereTheirOrderHasThem() throws IOException {
        String room = " ".repeat(64);
        assertEquals(
                metadata("\"a\":\"1\",\"b\":\"2\",\"c\":\"3\",\"d\":\"4\",\"e\":\"5\""),
                edited(
                                metadata("\"b\":\"2\",\"d\":\"4\"") + room,
                                edit().set("c", "3").set("a", "1").set("e", "5"),
                                true)
                        .stripTrailing());
        assertEquals(
                metadata("\"a\":\"1\",\"b\":\"2\""),
                edited(metadata("") + room, edit().set("b", "2").set("a", "1"), true)
                        .stripTrailing());
        assertEquals(
                metadata("\"a\":\"1\",\"b\":\"2\""),
                edited(
                                "{\"__metadata__\":null," + A + "," + B + "}" + room,
                                edit().set("b", "2").set("a", "1"),
                                true)
                        .stripTrailing());
        // What was removed leaves room for what is added.
        assertEquals(
                metadata("\"b\":\"2\"        "), edited(metadata("\"b\":\"2\",\"c\":\"3\""), edit().unset("c"), true));
        assertEquals(
                metadata("\"b\":\"2\",\"c\":\"3\""),
                edited(metadata("\"b\":\"2\"        "), edit().set("c", "3"), true));
        assertEquals(
                metadata("\"a\":\"1\",\"b\":\"2\""),
                edited(metadata("        \"b\":\"2\""), edit().set("a", "1"), true));
        assertEquals(
                metadata("\"a\":\"1\",\"b\":\"2\",\"c\":\"3\""),
                edited(metadata("\"a\":\"1\",        \"c\":\"3\""), edit().set("b", "2"), true));
    }

    @Test
    void tensorsSwapTheirNames() throws IOException {
        Path file = file("{" + A + "," + B + "}");
        assertTrue(edit().rename("a", "b").rename("b", "a").apply().inPlace());
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertArrayEquals(
                    new byte[] {1, 2}, TestFile.bytes(checkpoint.tensor("b").buffer()));
            assertArrayEquals(
                    new byte[] {3, 4}, TestFile.bytes(checkpoint.tensor("a").buffer()));
        }
        assertTrue(edit().rename("a", "c").rename("b", "a").apply().inPlace());
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertEquals(List.of("a", "c"), checkpoint.names());
        }
    }

    @Test
    void namesAreComparedAsTextAndWrittenWithEscapes() throws IOException {
        Path file = file("{" + A.replace("\"a\"", "\"\\u0061\\n\\ud83d\\ude00\"") + "," + B + "}");
        edit().rename("a\n\uD83D\uDE00", "\"\\\t\u0001\u00E9")
                .set("\u0000", "\n")
                .apply();
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertEquals(List.of("\"\\\t\u0001\u00E9", "b"), checkpoint.names());
            assertEquals(Map.of("\u0000", "\n"), checkpoint.metadata());
        }
    }

    /** Whitespace, lists in place of objects, fields that nobody knows: all of it stays. */
    @Test
    void everyOtherByteStays() throws IOException {
        String header = """
                 {
                  "a" : ["U8", [2], [0, 2]],
                  "__metadata__" : { "x" : "{\\"__metadata__\\": [}" , "k": "old" },
                  "b": { "shape": [ 2 ], "other": {"b": [1e5, null, {"}": "{"}]}, "data_offsets":[2,4], "dtype":"U8"}
                }
                """;
        String changed = edited(header, edit().set("k", "new").rename("b", "c"), true);
        assertEquals(header.replace("old", "new").replace("\"b\": { \"sh", "\"c\": { \"sh"), changed);
        assertEquals(header.replace(", \"k\": \"old\"", " ".repeat(12)), edited(header, edit().unset("k"), true));
    }

    @Test
    void whatStandsTwiceIsChangedWhereItCounts() throws IOException {
        String shadowed = A.replace("[2]", "[9]");
        assertEquals(
                "{\"__metadata__\":{\"k\":\"1\",\"k\":\"3\"}," + shadowed.replace("\"a\"", "\"c\"") + ","
                        + A.replace("\"a\"", "\"c\"") + "," + B + "}",
                edited(
                        "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}," + shadowed + "," + A + "," + B + "}",
                        edit().set("k", "3").rename("a", "c"),
                        true));
        assertEquals(metadata(" ".repeat(15)), edited(metadata("\"k\":\"1\",\"k\":\"2\""), edit().unset("k"), true));
    }

    @Test
    void aFileWithoutTensorsLosesItsMetadata() throws IOException {
        Path file = TestFile.write(folder.resolve("m.safetensors"), "{\"__metadata__\":{\"k\":\"v\"}}", new byte[0]);
        edit().unset("k").apply();
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertEquals(Map.of(), checkpoint.metadata());
        }
        edit().set("k", "w").apply();
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertEquals(Map.of("k", "w"), checkpoint.metadata());
        }
    }

    @Test
    void nothingToDoWritesNothing() throws IOException {
        Path file = file(metadata("\"k\":\"v\""));
        Object before = Files.getLastModifiedTime(file);
        assertEquals(new Result(true, 0), edit().apply());
        assertEquals(new Result(true, 0), edit().set("k", "v").rename("a", "a").apply());
        assertEquals(before, Files.getLastModifiedTime(file));
    }

    @Test
    void changesInSeveralPagesAreANewFileOfTheSameLength() throws IOException {
        Path file = folder.resolve("m.safetensors");
        CheckpointWriter writer = CheckpointWriter.to(file).metadata("k", "old");
        for (int i = 0; i < 100; i++) {
            writer.tensor("tensor." + i, DType.U8, new long[] {1}, ByteBuffer.wrap(new byte[] {(byte) i}));
        }
        writer.write();
        byte[] before = Files.readAllBytes(file);
        assertTrue(edit().set("k", "new").apply().inPlace());
        assertTrue(edit().rename("tensor.99", "TENSOR.99").apply().inPlace());
        Result both = edit().set("k", "old").rename("TENSOR.99", "tensor.99").apply();
        assertEquals(new Result(false, before.length), both);
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() throws IOException {
        Path file = file(metadata("\"format\":\"pt\""));
        byte[] before = Files.readAllBytes(file);
        CheckpointEdit edit = edit().unset("fromat")
                .set("twice", "v")
                .unset("twice")
                .set("half", "\uD800")
                .rename("aa", "c")
                .rename("a", "b")
                .rename("b", "__metadata__")
                .rename("b", "d");
        CheckpointEditException e = assertThrows(CheckpointEditException.class, edit::apply);
        String all = String.join("\n", e.problems());
        for (String part : List.of(
                "has no metadata key fromat; did you mean format?",
                "twice is both to be set and to be removed",
                "half of a surrogate pair",
                "has no metadata key twice",
                "has no tensor aa; did you mean a, b?",
                "tensor b cannot be called both __metadata__ and d")) {
            assertTrue(all.contains(part), part + " in\n" + all);
        }
        assertEquals(6, e.problems().size(), all);
        assertTrue(e.getMessage().startsWith("6 problems:\n- "));
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    @Test
    void refusesNamesThatCannotBe() throws IOException {
        file("{" + A + "," + B + "}");
        assertRefuses("the file has a tensor of this name", edit().rename("a", "b"));
        assertRefuses("the format keeps that", edit().rename("a", "__metadata__"));
        assertRefuses("has no tensor __metadata__", edit().rename("__metadata__", "c"));
        assertRefuses("has no UTF-8", edit().rename("a", "\uDC00"));
        assertRefuses("cannot both be called c", edit().rename("a", "c").rename("b", "c"));
        assertRefuses(
                "the file has a tensor of this name", edit().rename("a", "b").rename("b", "b"));
    }

    private static void assertRefuses(String because, CheckpointEdit edit) {
        CheckpointEditException e = assertThrows(CheckpointEditException.class, edit::apply);
        assertTrue(e.getMessage().contains(because), e.getMessage());
        assertEquals(1, e.problems().size(), e.getMessage());
    }

    @Test
    void refusesAHeaderThatIsTooLong() throws IOException {
        file("{" + A + "," + B + "}");
        assertRefuses("the format allows 100000000", edit().set("k", "v".repeat(100_000_000)));
    }

    @Test
    void refusesNewNamesInAShardWhoseIndexHasTheOldOnes() throws IOException {
        CheckpointWriter writer = CheckpointWriter.toFolder(folder).shardSize(1);
        for (String name : List.of("a", "b")) {
            writer.tensor(name, DType.U8, new long[] {1}, ByteBuffer.allocate(1));
        }
        writer.write();
        Path shard = folder.resolve("model-00001-of-00002.safetensors");
        assertRefuses("model.safetensors.index.json", CheckpointEdit.of(shard).rename("a", "c"));
        CheckpointEdit.of(shard).set("k", "v").apply();
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        CheckpointEdit.of(shard).rename("a", "c").applyTo(elsewhere.resolve("c.safetensors"));
        CheckpointEdit onto =
                CheckpointEdit.of(elsewhere.resolve("c.safetensors")).rename("c", "d");
        assertThrows(CheckpointEditException.class, () -> onto.applyTo(shard));
        Path link = Files.createSymbolicLink(elsewhere.resolve("link.safetensors"), shard);
        assertRefuses("is a shard of a checkpoint", CheckpointEdit.of(link).rename("a", "c"));
        Files.writeString(elsewhere.resolve("other.safetensors.index.json"), "no index");
        CheckpointEdit.of(elsewhere.resolve("c.safetensors")).rename("c", "d").apply();
    }

    @Test
    void aLinkStaysAndItsFileIsEdited() throws IOException {
        Path file = file(metadata("\"k\":\"1\""));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Path link = Files.createSymbolicLink(folder.resolve("link.safetensors"), file.getFileName());
        for (String value : List.of("2", "2".repeat(5000))) {
            CheckpointEdit.of(link).set("k", value).apply();
            assertTrue(Files.isSymbolicLink(link));
            assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            try (Checkpoint checkpoint = Checkpoint.open(file)) {
                assertEquals(value, checkpoint.metadata().get("k"));
            }
        }
    }

    @Test
    void anotherHardLinkKeepsTheOldFile() throws IOException {
        Path file = file(metadata("\"k\":\"1\""));
        Path other = Files.createLink(folder.resolve("other.safetensors"), file);
        assertFalse(edit().set("k", "2").apply().inPlace());
        assertEquals(metadata("\"k\":\"1\""), header(other));
        assertEquals(metadata("\"k\":\"2\""), header(file));
        assertTrue(edit().set("k", "3").apply().inPlace());
    }

    @Test
    void aCopyIsEditedAndTheFileStays() throws IOException {
        Path file = file(metadata("\"k\":\"1\""));
        byte[] before = Files.readAllBytes(file);
        Path output = folder.resolve("out.safetensors");
        Result result = edit().set("k", "2").rename("a", "c").applyTo(output);
        assertEquals(new Result(false, before.length), result);
        assertEquals(metadata("\"k\":\"2\"").replace("\"a\"", "\"c\""), header(output));
        assertArrayEquals(before, Files.readAllBytes(file));
        edit().applyTo(output);
        assertArrayEquals(before, Files.readAllBytes(output));
        assertThrows(NoSuchFileException.class, () -> edit().applyTo(folder.resolve("none/out.safetensors")));
    }

    @Test
    void readersOfTheOldFileGoOn() throws IOException {
        Path file = file(metadata("\"k\":\"1\""));
        try (Checkpoint open = Checkpoint.open(file)) {
            Tensor tensor = open.tensor("b");
            edit().set("k", "2").rename("b", "c").apply();
            edit().set("k", "2".repeat(5000)).apply();
            assertArrayEquals(new byte[] {3, 4}, TestFile.bytes(tensor.buffer()));
            assertEquals("1", open.metadata().get("k"));
        }
    }

    @Test
    void onlySafetensorsFilesAreEdited() throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "some text that is no model");
        assertThrows(
                CheckpointFormatException.class,
                () -> CheckpointEdit.of(text).set("k", "v").apply());
        assertThrows(
                FileSystemException.class,
                () -> CheckpointEdit.of(folder).set("k", "v").apply());
        assertThrows(
                NoSuchFileException.class,
                () -> CheckpointEdit.of(folder.resolve("none")).set("k", "v").apply());
    }
}
