package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fundir.Checkpoint;
import dev.fundir.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A merge is a function of its inputs, its parameters and its seed: nothing else changes a bit of it. */
class SameBytesTest {
    private static final Map<String, Map<String, String>> VARIANTS = variants();

    @TempDir
    static Path folder;

    @BeforeAll
    static void writeModels() throws IOException {
        DemoModel.write(folder.resolve("base.safetensors"), 0);
        DemoModel.write(folder.resolve("a.safetensors"), 1);
        DemoModel.write(folder.resolve("b.safetensors"), 2);
        for (String name : List.of("base", "a", "b")) {
            FundirProcess.Outcome sharded = Command.run(
                    "merge",
                    folder.resolve(name + ".safetensors").toString(),
                    "--method",
                    "average",
                    "--shard-size",
                    "1MB",
                    "-o",
                    folder.resolve("sharded-" + name).toString());
            assertEquals(0, sharded.exitCode(), sharded.err());
        }
    }

    private static Map<String, Map<String, String>> variants() {
        Map<String, Map<String, String>> variants = new LinkedHashMap<>();
        variants.put("--threads 1", Map.of());
        variants.put("--threads 2", Map.of());
        variants.put("--threads 7", Map.of());
        variants.put("--memory 64MB", Map.of());
        variants.put("--memory 1GB", Map.of());
        variants.put("--shard-size 700kB", Map.of());
        variants.put("--threads 3", Map.of("FUNDIR_SIMD", "scalar"));
        variants.put("--threads 4", Map.of("FUNDIR_SIMD", "avx2"));
        variants.put("--threads 5", Map.of("FUNDIR_SIMD", "avx512"));
        return variants;
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "linear,          a b base, --weights 0.3;0.3;0.4",
        "slerp,           a b,      --t 0.3",
        "task_arithmetic, base a b, --weights 0.7;-0.2",
        "ties,            base a b, --density 0.3",
        "dare_linear,     base a b, --density 0.3 --seed 7",
        "dare_ties,       base a b, --density 0.3 --seed 7",
    })
    void whateverTheMachineDoes(String method, String models, String options) throws Exception {
        String expected = null;
        for (Map.Entry<String, Map<String, String>> variant : VARIANTS.entrySet()) {
            String digest = merge(method, models, "", options + " " + variant.getKey(), variant.getValue());
            expected = expected == null ? digest : expected;
            assertEquals(expected, digest, method + " with " + variant);
        }
        assertEquals(expected, merge(method, models, "sharded-", options, Map.of()), method + " of shards");
    }

    @Test
    void seedCounts() throws Exception {
        String one = merge("dare_linear", "base a b", "", "--density 0.3 --seed 1", Map.of());
        String two = merge("dare_linear", "base a b", "", "--density 0.3 --seed 2", Map.of());
        assertEquals(false, one.equals(two));
    }

    /** Merges, and digests the tensors of the result in name order. */
    private static String merge(
            String method, String models, String prefix, String options, Map<String, String> environment)
            throws Exception {
        Path out = folder.resolve("out");
        List<String> arguments = new ArrayList<>(List.of("merge", "-q", "--force", "-o", out.toString()));
        arguments.addAll(List.of("--method", method));
        for (String model : models.split(" ", -1)) {
            arguments.add(folder.resolve(prefix + model + (prefix.isEmpty() ? ".safetensors" : ""))
                    .toString());
        }
        arguments.addAll(List.of(options.replace(';', ',').split(" ", -1)));
        String[] line = arguments.toArray(String[]::new);
        FundirProcess.Outcome outcome =
                environment.isEmpty() ? Command.run(line) : FundirProcess.run(folder, environment, line);
        assertEquals(0, outcome.exitCode(), outcome.err());
        return digest(out);
    }

    private static String digest(Path file) throws IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            for (Tensor tensor : checkpoint.tensors()) {
                digest.update(tensor.toString().getBytes(StandardCharsets.UTF_8));
                for (ByteBuffer chunk : tensor.chunks()) {
                    digest.update(chunk);
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
