package dev.fundir.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.Checkpoint;
import dev.fundir.CheckpointFormatException;
import dev.fundir.DType;
import dev.fundir.TensorView;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models through every format: how it is told, what of a model it keeps, and which failures are which. */
class ModelsTest {
    @TempDir
    Path folder;

    /** A tensor of each of the dtypes, with the bits of small numbers. */
    private static Model model(List<DType> dtypes) {
        List<Parameter> parameters = new ArrayList<>();
        for (DType dtype : dtypes) {
            byte[] bytes = new byte[(int) dtype.byteSize(24)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (dtype == DType.BOOL ? i % 2 : i * 29 & 0x3F);
            }
            parameters.add(TextModels.parameter("of " + dtype, dtype, bytes, 3, 8));
        }
        return new Model(new ModelMetadata("my-llm", "llama").withCustom("note", "x"), parameters);
    }

    private static Model withoutOrder(Model model) {
        List<Parameter> sorted = model.parameters().stream()
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .toList();
        return new Model(model.metadata(), sorted);
    }

    @Test
    void everyDTypeGoesThroughEveryFormat() throws IOException {
        Model all = model(List.of(DType.values()));
        for (String name : List.of("m.safetensors", "m.json", "m.yaml", "m.YML", "folder")) {
            Path saved = Models.save(all, folder.resolve(name));
            TextModels.assertSame(withoutOrder(all), withoutOrder(Models.load(saved)));
            TextModels.assertSame(withoutOrder(all), withoutOrder(Models.load(folder.resolve(name))));
        }
        Model gguf =
                model(List.of(DType.F32, DType.F16, DType.BF16, DType.F64, DType.I8, DType.I16, DType.I32, DType.I64));
        TextModels.assertSame(gguf, Models.load(Models.save(gguf, folder.resolve("m.gguf"))));
    }

    @Test
    void formatsGoOverIntoEachOther() throws IOException {
        Model model = model(List.of(DType.F32, DType.BF16, DType.I64));
        List<String> endings = List.of("safetensors", "json", "yaml", "gguf");
        for (String from : endings) {
            Path first = Models.save(model, folder.resolve("first." + from));
            for (String to : endings) {
                Path second = Models.save(Models.load(first), folder.resolve("second." + to));
                TextModels.assertSame(withoutOrder(model), withoutOrder(Models.load(second)));
            }
        }
    }

    @Test
    void aFileIsReplacedByItself() throws IOException {
        Model model = model(List.of(DType.F32, DType.I64));
        for (String ending : List.of("safetensors", "json", "yaml", "gguf")) {
            Path file = Models.save(model, folder.resolve("m." + ending));
            Models.save(Models.load(file), file);
            TextModels.assertSame(withoutOrder(model), withoutOrder(Models.load(file)));
        }
    }

    @Test
    void theFirstBytesTellWhatTheNameDoesNot() throws IOException {
        Model model = model(List.of(DType.F32));
        for (ModelFormat format : List.of(ModelFormat.SAFETENSORS, ModelFormat.JSON, ModelFormat.GGUF)) {
            Path file = Models.save(model, folder.resolve("m." + format.label()));
            Path unnamed = Files.copy(file, folder.resolve(format + "-without-ending"));
            assertEquals(format, ModelFormat.of(unnamed));
            TextModels.assertSame(model, Models.load(unnamed));
        }
        Path text = Files.writeString(folder.resolve("text"), "no model");
        assertThrows(CheckpointFormatException.class, () -> Models.load(text));
    }

    @Test
    void theOptionsSayTheFormatWhereTheyDo() throws IOException {
        Model model = model(List.of(DType.F32));
        Path file = Models.save(model, folder.resolve("m"), SaveOptions.DEFAULT.withFormat(ModelFormat.JSON));
        assertEquals(folder.resolve("m"), file);
        assertTrue(Files.readString(file).startsWith("{\n"));
        TextModels.assertSame(model, Models.load(file));
    }

    @Test
    void shardsAreOneModel() throws IOException {
        Model model = model(List.of(DType.F32, DType.F64, DType.I64));
        Path saved = Models.save(model, folder.resolve("out"), SaveOptions.DEFAULT.withShardSize(200));
        assertTrue(saved.toString().endsWith(".index.json"), saved.toString());
        assertEquals(ModelFormat.SAFETENSORS, ModelFormat.of(saved));
        for (Path each : List.of(saved, folder.resolve("out"))) {
            TextModels.assertSame(withoutOrder(model), withoutOrder(Models.load(each)));
        }
    }

    @Test
    void safetensorsKeepWhatAModelSays() throws IOException {
        Map<String, Object> custom = new LinkedHashMap<>();
        custom.put("format", "pt");
        custom.put("list", List.of(1L, BigInteger.TWO.pow(64), 0.5, true));
        ModelMetadata metadata =
                new ModelMetadata("n", "a", "1.10", Optional.of(Map.of("lr", 1e-5, "steps", List.of(1L, 2L))), custom);
        Path file = Models.save(new Model(metadata, List.of()), folder.resolve("m.safetensors"));
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertEquals("n", checkpoint.metadata().get("name"));
            assertEquals("a", checkpoint.metadata().get("architecture"));
            assertEquals("1.10", checkpoint.metadata().get("version"));
            assertEquals("pt", checkpoint.metadata().get("format"));
            assertEquals(
                    "[1, 18446744073709551616, 0.5, true]",
                    checkpoint.metadata().get("list"));
        }
        ModelMetadata loaded = Models.load(file).metadata();
        assertEquals(metadata.trainingConfig(), loaded.trainingConfig());
        assertEquals(custom, loaded.custom());
        assertEquals("1.10", loaded.version());

        Path bare = Models.save(new Model(new ModelMetadata("", "", "", Optional.empty(), Map.of()), List.of()), file);
        try (Checkpoint checkpoint = Checkpoint.open(bare)) {
            assertEquals(Map.of(), checkpoint.metadata());
        }
    }

    @Test
    void anotherWritersTrainingTextStaysOne() {
        for (String text : List.of("sgd", "[1]", "{", "{\"a\":1}x", "")) {
            ModelMetadata metadata = MetadataTexts.read(Map.of("training_config", text));
            assertEquals(Optional.empty(), metadata.trainingConfig());
            assertEquals(Map.of("training_config", text), metadata.custom());
            assertEquals(Map.of("training_config", text), MetadataTexts.of(metadata));
        }
    }

    @Test
    void theModelsOwnKeysAreNotForCustomValues() {
        ModelMetadata metadata = new ModelMetadata("n", "a").withCustom("name", "other");
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> Models.save(new Model(metadata, List.of()), folder.resolve("m.safetensors")));
        assertTrue(e.getMessage().contains("the custom value name"), e.getMessage());
        assertFalse(Files.exists(folder.resolve("m.safetensors")));
    }

    @Test
    void valuesThatJsonDoesNotHaveAreRefused() {
        for (String ending : List.of("json", "yaml", "safetensors")) {
            Path file = folder.resolve("m." + ending);
            for (Object value : List.of(new Object(), "\uD800", new int[0])) {
                Model model = new Model(new ModelMetadata("n", "a").withCustom("k", List.of(value)), List.of());
                assertThrows(IllegalArgumentException.class, () -> Models.save(model, file), ending);
            }
            assertFalse(Files.exists(file));
        }
    }

    @Test
    void failuresAreWhatTheyAre() throws IOException {
        Model model =
                new Model(new ModelMetadata("n", "a"), List.of(new Parameter("w", TensorView.of(new float[1], 1))));
        for (String ending : List.of("safetensors", "json", "yaml", "gguf")) {
            Path missing = folder.resolve("missing." + ending);
            assertThrows(NoSuchFileException.class, () -> Models.load(missing), ending);
            assertThrows(NoSuchFileException.class, () -> Models.save(model, folder.resolve("no/m." + ending)), ending);
            Path broken = Files.writeString(folder.resolve("broken." + ending), "]");
            assertThrows(CheckpointFormatException.class, () -> Models.load(broken), ending);
        }
        assertThrows(NoSuchFileException.class, () -> Models.load(folder.resolve("missing")));
    }

    @Test
    void whatMayNotBeReadIsDenied() throws IOException {
        Path file = Models.save(model(List.of(DType.F32)), folder.resolve("m.json"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("-wx------"));
        Assumptions.assumeFalse(Files.isReadable(file), "root reads everything");
        assertThrows(AccessDeniedException.class, () -> Models.load(file));
    }
}
