package dev.fundir.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.Checkpoint;
import dev.fundir.DType;
import dev.fundir.TensorView;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models saved as the gguf package saves them, and loaded again. */
class GgufFormatTest {
    private static final GgufFormat FORMAT = new GgufFormat();
    private static final List<String> NAMES = List.of("output.weight", "norm.weight", "odd.weight", "experts.weight");

    @TempDir
    Path folder;

    /** The model of which {@code gguf_files.py} made files. */
    private static Model written(Checkpoint checkpoint) {
        Map<String, Object> custom = new LinkedHashMap<>();
        custom.put("llama.block_count", 2L);
        custom.put("test.negative", -2L);
        custom.put("llama.rope.freq_base", 10000.0);
        custom.put("test.double", 0.1);
        custom.put("test.bool", true);
        custom.put("general.license", "apache-2.0");
        custom.put("tokenizer.ggml.tokens", List.of("<s>", "\u2581a", "b"));
        custom.put("tokenizer.ggml.token_type", List.of(3L, 1L, 1L));
        custom.put("tokenizer.ggml.scores", List.of(-0.5, 0.25, 1.0));
        ModelMetadata metadata = new ModelMetadata("A model", "llama", "0.3.1", Optional.empty(), custom);
        return new Model(
                metadata,
                NAMES.stream()
                        .map(name -> new Parameter(name, checkpoint.tensor(name)))
                        .toList());
    }

    @Test
    void filesAreThoseOfThePackage() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(GgufFixture.path("written.safetensors"))) {
            Path file = folder.resolve("m.gguf");
            FORMAT.save(written(checkpoint), file, SaveOptions.DEFAULT);
            assertArrayEquals(GgufFixture.bytes("written-f32.gguf"), Files.readAllBytes(file));
            FORMAT.save(written(checkpoint), file, SaveOptions.DEFAULT.withGgufType(GgufType.Q8_0));
            assertArrayEquals(GgufFixture.bytes("written-q8_0.gguf"), Files.readAllBytes(file));
            FORMAT.save(written(checkpoint), file, SaveOptions.DEFAULT.withGgufType(GgufType.Q4_0));
            assertArrayEquals(GgufFixture.bytes("written-q4_0.gguf"), Files.readAllBytes(file));
        }
    }

    @Test
    void aLoadedModelIsWhatWasSaved() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(GgufFixture.path("written.safetensors"))) {
            Model model = written(checkpoint);
            Path file = folder.resolve("m.gguf");
            FORMAT.save(model, file, SaveOptions.DEFAULT);
            Model loaded = FORMAT.load(file);
            assertEquals(model.metadata(), loaded.metadata());
            assertEquals(
                    NAMES, loaded.parameters().stream().map(Parameter::name).toList());
            for (Parameter parameter : loaded.parameters()) {
                assertArrayEquals(
                        GgufFixture.read(checkpoint.tensor(parameter.name())), GgufFixture.read(parameter.tensor()));
                assertTrue(parameter.requiresGrad());
            }
        }
    }

    @Test
    void aFileSavedAgainIsTheSame() throws IOException {
        for (String name : List.of("written-f32.gguf", "written-q8_0.gguf", "written-q4_0.gguf")) {
            Path file = folder.resolve(name);
            FORMAT.save(FORMAT.load(GgufFixture.path(name)), file, SaveOptions.DEFAULT);
            assertArrayEquals(GgufFixture.bytes(name), Files.readAllBytes(file), name);
        }
    }

    @Test
    void typesOfValuesAndBlocksSurvive() throws IOException {
        Path first = GgufFixture.path("every-type.gguf");
        Path again = folder.resolve("again.gguf");
        FORMAT.save(FORMAT.load(first), again, SaveOptions.DEFAULT);
        GgufFile file = GgufFile.open(again);
        assertEquals(64, file.alignment());
        assertValuesSurvive(GgufFile.open(first).values(), file.values());
        for (GgufTensor tensor : file.tensors()) {
            GgufTensor before = GgufFile.open(first).find(tensor.name()).orElseThrow();
            assertEquals(before.type(), tensor.type());
            assertArrayEquals(GgufFixture.read(before), GgufFixture.read(tensor), tensor.name());
        }
    }

    private static void assertValuesSurvive(Map<String, GgufValue> before, Map<String, GgufValue> after) {
        assertEquals(List.copyOf(before.keySet()), List.copyOf(after.keySet()));
        before.forEach((key, value) -> {
            assertEquals(value.typeText(), after.get(key).typeText(), key);
            assertEquals(value.value(), after.get(key).value(), key);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"m.json", "m.yaml", "m.safetensors"})
    void valuesSurviveOtherFormats(String name) throws IOException {
        Path other = folder.resolve(name);
        Path back = folder.resolve("back.gguf");
        Models.save(FORMAT.load(GgufFixture.path("every-type.gguf")), other);
        Models.save(Models.load(other), back);
        Map<String, GgufValue> before =
                new TreeMap<>(GgufFile.open(GgufFixture.path("every-type.gguf")).values());
        assertValuesSurvive(before, new TreeMap<>(GgufFile.open(back).values()));
        Map<String, byte[]> expected = GgufFixture.tensors("every-type.safetensors");
        for (GgufTensor tensor : GgufFile.open(back).tensors()) {
            assertArrayEquals(expected.get(tensor.name()), GgufFixture.read(tensor), tensor.name());
        }
    }

    @Test
    void theUsualTypesAreNotNoted() throws IOException {
        Map<String, Object> custom =
                FORMAT.load(GgufFixture.path("written-f32.gguf")).metadata().custom();
        assertFalse(custom.containsKey(GgufMetadata.TYPES), custom::toString);
        Map<?, ?> types = (Map<?, ?>) FORMAT.load(GgufFixture.path("every-type.gguf"))
                .metadata()
                .custom()
                .get(GgufMetadata.TYPES);
        assertEquals("uint8", types.get("test.uint8.least"));
        assertEquals("[uint8]", types.get("test.uint8.array"));
        assertEquals("[[int32]]", types.get("test.nested"));
        assertFalse(types.containsKey("test.uint32.least"));
        assertFalse(types.containsKey("test.float64.most"), "0.1 has no other type");
    }

    @Test
    void mapsBecomeKeysWithDots() throws IOException {
        Map<String, Object> training = new LinkedHashMap<>();
        training.put("lr", 0.5);
        training.put("optimizer", Map.of("name", "adam"));
        training.put("scheduler", null);
        Map<String, Object> custom = Map.of("source", Map.of("url", "https://example.org", "parts", List.of(1L, 2L)));
        Path file = folder.resolve("m.gguf");
        FORMAT.save(
                new Model(new ModelMetadata("n", "", "", Optional.of(training), custom), List.of()),
                file,
                SaveOptions.DEFAULT);
        ModelMetadata loaded = FORMAT.load(file).metadata();
        assertEquals(Optional.of(Map.of("lr", 0.5, "optimizer", Map.of("name", "adam"))), loaded.trainingConfig());
        assertEquals(Map.of("source.url", "https://example.org", "source.parts", List.of(1L, 2L)), loaded.custom());
        assertEquals("", loaded.architecture());
        assertEquals("", loaded.version());
        assertFalse(GgufFile.open(file).metadata().containsKey("general.version"));
    }

    @Test
    void valuesThatGgufDoesNotHaveAreNamedTogether() {
        Map<String, Object> custom = new LinkedHashMap<>();
        custom.put("mixed", List.of("a", 1L));
        custom.put("large", BigInteger.ONE.shiftLeft(64));
        custom.put("half", "\uD83D");
        custom.put("fine", 1);
        Model model = new Model(new ModelMetadata("n", "a", "v", Optional.empty(), custom), List.of());
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> FORMAT.save(model, folder.resolve("m.gguf"), SaveOptions.DEFAULT))
                .getMessage();
        for (String part : List.of("mixed (a list", "large (java.math.BigInteger)", "half (java.lang.String)")) {
            assertTrue(message.contains(part), message);
        }
        assertFalse(message.contains("fine"), message);
    }

    /** A tensor whose bytes count up. */
    private static Parameter parameter(String name, DType dtype, long... shape) {
        byte[] data = new byte[(int) dtype.byteSize(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (dtype == DType.BOOL ? i % 2 : i * 37 % 0x3C);
        }
        return new Parameter(name, new TensorView() {
            @Override
            public DType dtype() {
                return dtype;
            }

            @Override
            public long[] shape() {
                return shape.clone();
            }

            @Override
            public void readBytes(long offset, ByteBuffer target) {
                target.put(data, (int) offset, target.remaining());
            }
        });
    }

    private GgufFile saved(SaveOptions options, Parameter... parameters) throws IOException {
        Path file = folder.resolve("saved.gguf");
        FORMAT.save(new Model(new ModelMetadata("n", "a"), List.of(parameters)), file, options);
        return GgufFile.open(file);
    }

    private static Map<String, GgufType> types(GgufFile file) {
        Map<String, GgufType> types = new LinkedHashMap<>();
        file.tensors().forEach(tensor -> types.put(tensor.name(), tensor.type()));
        return types;
    }

    @Test
    void dtypesThatGgufLacksAreStoredWider() throws IOException {
        List<Parameter> parameters = new ArrayList<>();
        for (DType dtype : DType.values()) {
            if (dtype != DType.U64 && dtype != DType.C64) {
                parameters.add(parameter(dtype.name(), dtype, 3, 8));
            }
        }
        GgufFile file = saved(SaveOptions.DEFAULT, parameters.toArray(Parameter[]::new));
        Map<String, GgufType> types = types(file);
        assertEquals(GgufType.I8, types.get("BOOL"));
        assertEquals(GgufType.I16, types.get("U8"));
        assertEquals(GgufType.I32, types.get("U16"));
        assertEquals(GgufType.I64, types.get("U32"));
        assertEquals(GgufType.F16, types.get("F4"));
        assertEquals(GgufType.F16, types.get("F8_E4M3"));
        assertEquals(GgufType.F32, types.get("F8_E8M0"));
        for (String same : List.of("I8", "I16", "I32", "I64", "F16", "BF16", "F32", "F64")) {
            assertEquals(GgufType.valueOf(same), types.get(same));
            assertArrayEquals(
                    GgufFixture.read(parameter(same, DType.valueOf(same), 3, 8).tensor()),
                    GgufFixture.read(file.find(same).orElseThrow()));
        }
        ByteBuffer wide =
                ByteBuffer.wrap(GgufFixture.read(file.find("U8").orElseThrow())).order(ByteOrder.LITTLE_ENDIAN);
        byte[] narrow = GgufFixture.read(parameter("U8", DType.U8, 3, 8).tensor());
        for (byte each : narrow) {
            assertEquals(each, wide.getShort());
        }
    }

    @Test
    void tensorsThatGgufDoesNotHaveAreNamedTogether() {
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> saved(
                                SaveOptions.DEFAULT,
                                parameter("u", DType.U64, 2),
                                parameter("c", DType.C64, 2),
                                parameter("fine", DType.F32, 2),
                                parameter("deep", DType.F32, 1, 1, 1, 1, 2)))
                .getMessage();
        for (String part : List.of("u (U64", "c (C64", "deep (5 dimensions")) {
            assertTrue(message.contains(part), message);
        }
        assertFalse(message.contains("fine"), message);
        assertFalse(Files.exists(folder.resolve("saved.gguf")));
    }

    @Test
    void onlyMatricesOfWholeBlocksAreQuantized() throws IOException {
        Parameter[] parameters = {
            parameter("matrix", DType.BF16, 2, 64),
            parameter("vector", DType.BF16, 64),
            parameter("odd", DType.F16, 2, 33),
            parameter("integers", DType.I64, 2, 32),
            parameter("small", DType.F8_E4M3, 1, 32),
            parameter("double", DType.F64, 1, 32)
        };
        GgufFile file = saved(SaveOptions.DEFAULT.withGgufType(GgufType.Q8_0), parameters);
        Map<String, GgufType> types = types(file);
        assertEquals(
                List.of(GgufType.Q8_0, GgufType.F32, GgufType.F32, GgufType.I64, GgufType.Q8_0, GgufType.Q8_0),
                List.copyOf(types.values()));
        assertEquals(7L, file.metadata().get("general.file_type"));
        assertEquals(2L, file.metadata().get("general.quantization_version"));

        file = saved(SaveOptions.DEFAULT.withGgufType(GgufType.F16), parameters);
        assertEquals(
                List.of(GgufType.F16, GgufType.F32, GgufType.F16, GgufType.I64, GgufType.F16, GgufType.F16),
                List.copyOf(types(file).values()));
        assertFalse(file.metadata().containsKey("general.file_type"));

        file = saved(SaveOptions.DEFAULT.withDType(DType.BF16), parameters);
        assertEquals(GgufType.BF16, types(file).get("vector"));
        assertEquals(GgufType.I64, types(file).get("integers"));
    }

    @Test
    void decodedTensorsLoseTheTypeOfTheFile() throws IOException {
        Model model = FORMAT.load(GgufFixture.path("written-q4_0.gguf"));
        Path file = folder.resolve("decoded.gguf");
        FORMAT.save(model, file, SaveOptions.DEFAULT.withDType(DType.F32));
        GgufFile decoded = GgufFile.open(file);
        assertEquals(GgufType.F32, decoded.tensors().get(0).type());
        assertFalse(decoded.metadata().containsKey("general.file_type"));
        assertFalse(decoded.metadata().containsKey("general.quantization_version"));
        assertArrayEquals(
                GgufFixture.read(model.parameters().get(0).tensor()),
                GgufFixture.read(decoded.tensors().get(0)));
    }

    @Test
    void anAlignmentThatIsNoneIsRefused() {
        for (Object alignment : List.of("64", 48L, 1L << 21, 0L)) {
            ModelMetadata metadata = new ModelMetadata("n", "a").withCustom("general.alignment", alignment);
            String message = assertThrows(
                            IllegalArgumentException.class,
                            () -> FORMAT.save(
                                    new Model(metadata, List.of()), folder.resolve("m.gguf"), SaveOptions.DEFAULT))
                    .getMessage();
            assertTrue(message.contains("general.alignment is " + alignment), message);
        }
    }

    @Test
    void optionsThatCannotBeMetAreRefused() {
        Parameter any = parameter("any", DType.F32, 2, 32);
        assertRefused(SaveOptions.DEFAULT.withGgufType(GgufType.Q4_K), any, "Q4_K is read, but not written");
        assertRefused(SaveOptions.DEFAULT.withGgufType(GgufType.I8), any, "I8 is read, but not written");
        assertRefused(SaveOptions.DEFAULT.withDType(DType.F8_E4M3), any, "dtype F8_E4M3");
        assertRefused(SaveOptions.DEFAULT.withShardSize(10), any, "shard size");
    }

    private void assertRefused(SaveOptions options, Parameter parameter, String words) {
        String message = assertThrows(IllegalArgumentException.class, () -> saved(options, parameter))
                .getMessage();
        assertTrue(message.contains(words), message);
    }

    @Test
    void namesLongerThanGgmlTakesAreWrittenAsThePackageDoes() throws IOException {
        String name = "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight";
        assertEquals(
                name,
                saved(SaveOptions.DEFAULT, parameter(name, DType.F32, 1))
                        .tensors()
                        .get(0)
                        .name());
    }

    @Test
    void aModelReplacesTheFileItWasLoadedFrom() throws IOException {
        Path file = folder.resolve("self.gguf");
        Files.write(file, GgufFixture.bytes("every-type.gguf"));
        FORMAT.save(FORMAT.load(file), file, SaveOptions.DEFAULT.withGgufType(GgufType.F32));
        Map<String, byte[]> expected = GgufFixture.tensors("every-type.safetensors");
        assertArrayEquals(
                expected.get("Q3_K"),
                GgufFixture.read(GgufFile.open(file).find("Q3_K").orElseThrow()));
    }
}
