package dev.fundir.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import dev.fundir.OpenOptions;
import dev.fundir.TensorView;
import dev.fundir.analysis.AnalysisListener;
import dev.fundir.model.ModelFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of finding, and models without any. */
class VerificationTest {
    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";

    @TempDir
    Path folder;

    private static VerificationReport verify(Path path) {
        return Verification.of(path).run(AnalysisListener.none());
    }

    private static List<String> rules(VerificationReport report) {
        return report.findings().stream().map(Finding::rule).toList();
    }

    private Path write(String name, String tensor, float... elements) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(elements.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(elements);
        Path file = folder.resolve(name);
        CheckpointWriter.to(file)
                .tensor(tensor, TensorView.of(DType.F32, new long[] {elements.length}, bytes))
                .write();
        return file;
    }

    private void index(long totalSize, String... tensorsAndFiles) throws IOException {
        StringBuilder map = new StringBuilder();
        for (int i = 0; i < tensorsAndFiles.length; i += 2) {
            map.append(i == 0 ? "" : ",").append("\"" + tensorsAndFiles[i] + "\":\"" + tensorsAndFiles[i + 1] + "\"");
        }
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"metadata\":{\"total_size\":" + totalSize + "},\"weight_map\":{" + map + "}}");
    }

    @Test
    void aGoodModelHasNoFindings() throws IOException {
        write(FIRST, "a", 1, 2);
        write(SECOND, "b", 3);
        index(12, "a", FIRST, "b", SECOND);
        VerificationReport report =
                Verification.of(folder).rules(OpenOptions.strict()).sha256(true).run(AnalysisListener.none());
        assertTrue(report.isOk(), () -> report.findings().toString());
        assertEquals(Optional.of(ModelFormat.SAFETENSORS), report.format());
        assertEquals(2, report.tensorCount());
        assertEquals(OptionalLong.of(0), report.nan());
        assertEquals(OptionalLong.of(0), report.infinite());
        assertEquals(2, report.files().size());
    }

    @Test
    void hashesAreThoseOfTheFiles() throws IOException {
        Path file = Files.writeString(folder.resolve("x.gguf"), "abc");
        VerificationReport report = Verification.of(file).sha256(true).run(AnalysisListener.none());
        assertEquals(
                Optional.of("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
                report.files().get(0).sha256());
        assertEquals(List.of("INCOMPLETE"), rules(report));
    }

    @Test
    void everythingThatIsWrongWithShardsIsFound() throws IOException {
        write(FIRST, "a", 1, 2);
        write(SECOND, "a", 1, 2);
        write("model-00003-of-00003.safetensors", "z", 1);
        index(99, "a", FIRST, "b", FIRST, "c", "model-00004-of-00004.safetensors", "d", SECOND);
        VerificationReport report = verify(folder);
        assertEquals(
                List.of(
                        "SHARD_MISSING",
                        "DUPLICATE_TENSOR",
                        "TENSOR_NOT_IN_SHARD",
                        "TENSOR_NOT_IN_SHARD",
                        "STRAY_SHARD"),
                rules(report));
        assertEquals(
                folder.resolve("model-00004-of-00004.safetensors")
                        + ": the shard is not there, but model.safetensors.index.json names it",
                report.findings().get(0).message());
        assertEquals(Optional.of("a"), report.findings().get(1).tensor());
        assertEquals(
                List.of(Optional.of("b"), Optional.of("d")),
                report.findings().subList(2, 4).stream().map(Finding::tensor).toList());
    }

    @Test
    void tensorsThatTheIndexDoesNotNameAndItsSizeAreFound() throws IOException {
        write(FIRST, "a", 1, 2);
        write(SECOND, "b", 3);
        index(13, "a", FIRST, "c", SECOND);
        assertEquals(List.of("TENSOR_NOT_IN_SHARD", "TENSOR_NOT_IN_INDEX", "TOTAL_SIZE"), rules(verify(folder)));
    }

    @Test
    void shardsWithoutIndexAreCounted() throws IOException {
        write(FIRST, "a", 1);
        VerificationReport report = verify(folder);
        assertEquals(List.of("SHARD_MISSING"), rules(report));
        assertEquals(1, report.tensorCount());
    }

    @Test
    void nanAndInfinitiesAreCountedByTensor() throws IOException {
        Path file = write("x.safetensors", "w", Float.NaN, 1, Float.POSITIVE_INFINITY, Float.NaN);
        VerificationReport report = verify(file);
        assertEquals(OptionalLong.of(2), report.nan());
        assertEquals(OptionalLong.of(1), report.infinite());
        assertEquals(
                List.of(
                        file + ": tensor w: 2 of 4 elements are NaN",
                        file + ": tensor w: 1 of 4 elements are infinite"),
                report.findings().stream().map(Finding::message).toList());
        VerificationReport headers = Verification.of(file).elements(false).run(AnalysisListener.none());
        assertTrue(headers.isOk());
        assertEquals(OptionalLong.empty(), headers.nan());
    }

    @Test
    void brokenFilesDoNotHideOthers() throws IOException {
        write(FIRST, "a", Float.NaN);
        Files.write(folder.resolve(SECOND), new byte[3]);
        index(8, "a", FIRST, "b", SECOND);
        assertEquals(List.of("HEADER_TOO_SMALL", "NAN"), rules(verify(folder)));
    }

    @Test
    void strictRulesAreCheckedWhenAsked() throws IOException {
        String header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"note\":1}}";
        byte[] json = (header + " ".repeat(-header.length() & 7)).getBytes(StandardCharsets.UTF_8);
        Path file = Files.write(
                folder.resolve("x.safetensors"),
                ByteBuffer.allocate(Long.BYTES + json.length + 1)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(json.length)
                        .put(json)
                        .array());
        assertTrue(verify(file).isOk());
        assertEquals(
                List.of("UNKNOWN_FIELD"),
                rules(Verification.of(file).rules(OpenOptions.strict()).run(AnalysisListener.none())));
    }

    @Test
    void whatIsNotThereIsAFinding() {
        VerificationReport report = verify(folder.resolve("none.safetensors"));
        assertEquals(List.of("UNREADABLE"), rules(report));
        assertEquals(
                folder.resolve("none.safetensors") + ": no such file or folder",
                report.findings().get(0).message());
        assertEquals(List.of("NO_CHECKPOINT"), rules(verify(folder)));
    }
}
