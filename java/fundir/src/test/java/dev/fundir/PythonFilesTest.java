package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that Python safetensors has written; {@code scripts/peers/safetensors_fixture.py} makes them. */
class PythonFilesTest {
    @TempDir
    Path folder;

    private byte[] resource(String name) throws IOException {
        try (InputStream in = PythonFilesTest.class.getResourceAsStream("/safetensors/" + name)) {
            return in.readAllBytes();
        }
    }

    private Path file(String name) throws IOException {
        return Files.write(folder.resolve(name), resource(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"numpy", "torch"})
    void elementsAreTheOnesOfPython(String library) throws IOException {
        List<String> lines = new String(resource(library + ".txt"), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertTrue(lines.size() >= 39, lines.size() + " tensors");
        try (Checkpoint checkpoint = Checkpoint.open(file(library + ".safetensors"))) {
            assertEquals(lines.size(), checkpoint.tensorCount());
            assertEquals(Map.of("made by", "Python ü"), checkpoint.metadata());
            for (String line : lines) {
                String[] parts = line.split("\t", -1);
                Tensor tensor = checkpoint.tensor(parts[0]);
                assertEquals(parts[1], tensor.dtype().name());
                assertArrayEquals(
                        Arrays.stream(words(parts[2]))
                                .mapToLong(Long::parseLong)
                                .toArray(),
                        tensor.shape());
                assertEquals(parts[3], HexFormat.of().formatHex(TestFile.bytes(tensor.buffer())));
                assertNumbers(words(parts[4]), tensor);
            }
        }
    }

    private static String[] words(String text) {
        return text.isEmpty() ? new String[0] : text.split(" ", -1);
    }

    private static void assertNumbers(String[] expected, Tensor tensor) {
        if (tensor.dtype().isFloat() || tensor.dtype() == DType.C64) {
            double[] numbers =
                    Arrays.stream(expected).mapToDouble(Double::parseDouble).toArray();
            assertArrayEquals(numbers, tensor.toDoubles(), tensor.toString());
        } else {
            long[] numbers = Arrays.stream(expected)
                    .mapToLong(number -> new BigInteger(number).longValue())
                    .toArray();
            assertArrayEquals(numbers, tensor.toLongs(), tensor.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"numpy", "torch"})
    void writtenAgainTheFileIsTheSame(String library) throws IOException {
        Path file = file(library + ".safetensors");
        Path copy = folder.resolve("copy.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            CheckpointWriter writer = CheckpointWriter.to(copy).metadata(checkpoint.metadata());
            checkpoint.tensors().forEach(writer::tensor);
            writer.write();
        }
        assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(copy));
    }
}
