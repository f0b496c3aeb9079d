package dev.fundir.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointFormatException.Reason;
import dev.fundir.DType;
import dev.fundir.TensorView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models in JSON and YAML: how they look, which texts of other writers are read, and what is said about mistakes. */
class TextModelTest {
    private static final String JSON_OF_THE_ORIGINAL = """
            {
              "metadata": {
                "name": "my-llm",
                "architecture": "llama",
                "version": "0.1.0",
                "training_config": null,
                "custom": {"note": "x", "steps": 12}
              },
              "parameters": [
                {
                  "name": "w",
                  "shape": [
                    3
                  ],
                  "dtype": "f32",
                  "requires_grad": true
                },
                {"name": "b", "shape": [1], "dtype": "float32", "requires_grad": false}
              ],
              "data": [
                1.0,
                -2.5,
                3e-5,
                0.1
              ]
            }
            """;

    private static final String YAML_OF_THE_ORIGINAL = """
            metadata:
              name: my-llm
              architecture: llama
              version: 0.1.0
              training_config: null
              custom:
                note: x
                steps: 12
            parameters:
            - name: w
              shape:
              - 3
              dtype: F32
              requires_grad: true
            - name: b
              shape:
              - 1
              dtype: F32
              requires_grad: false
            data:
            - 1.0
            - -2.5
            - 3e-5
            - 0.1
            """;

    /** As PyYAML writes it: keys sorted, short lists in brackets. */
    private static final String YAML_OF_PYTHON = """
            data: [1.0, -2.5, 3.0e-05,
              0.1]
            metadata:
              architecture: llama
              custom: {note: x, steps: 12}
              name: my-llm
              training_config: null
              version: 0.1.0
            parameters:
            - dtype: F32
              name: w
              requires_grad: true
              shape: [3]
            - {dtype: F32, name: b, requires_grad: false, shape: [1]}
            """;

    @TempDir
    Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static void assertOriginal(Model model) {
        assertEquals(
                new ModelMetadata("my-llm", "llama", "0.1.0", Optional.empty(), Map.of("note", "x", "steps", 12L)),
                model.metadata());
        assertEquals(
                List.of("w", "b"),
                model.parameters().stream().map(Parameter::name).toList());
        assertArrayEquals(
                new float[] {1, -2.5f, 3e-5f}, model.parameter("w").tensor().toFloats());
        assertArrayEquals(new float[] {0.1f}, model.parameter("b").tensor().toFloats());
        assertTrue(model.parameter("w").requiresGrad());
        assertFalse(model.parameter("b").requiresGrad());
    }

    @Test
    void filesOfTheOriginalSystemAreRead() throws IOException {
        assertOriginal(Models.load(file("a.json", JSON_OF_THE_ORIGINAL)));
        assertOriginal(Models.load(file("a.yaml", YAML_OF_THE_ORIGINAL)));
        assertOriginal(Models.load(file("a.yml", YAML_OF_PYTHON)));
        assertOriginal(Models.load(file("without-ending", JSON_OF_THE_ORIGINAL)));
        assertOriginal(Models.load(file("json.yaml", JSON_OF_THE_ORIGINAL)));
        assertOriginal(Models.load(file("crlf.yaml", YAML_OF_THE_ORIGINAL.replace("\n", "\r\n"))));
        assertOriginal(Models.load(file("crlf.json", JSON_OF_THE_ORIGINAL.replace("\n", "\r\n"))));
    }

    @Test
    void membersComeInAnyOrderAndOthersArePassedOver() throws IOException {
        String metadata = JSON_OF_THE_ORIGINAL.substring(
                JSON_OF_THE_ORIGINAL.indexOf("\"metadata\""), JSON_OF_THE_ORIGINAL.indexOf(",\n  \"parameters\""));
        String parameters = JSON_OF_THE_ORIGINAL.substring(
                JSON_OF_THE_ORIGINAL.indexOf("\"parameters\""), JSON_OF_THE_ORIGINAL.indexOf(",\n  \"data\""));
        String data = "\"data\": [1.0, -2.5, 3e-5, 0.1]";
        String other = "\"other\": {\"data\": [[1], \"]\"], \"x\": null}";
        for (List<String> order : List.of(
                List.of(data, other, parameters, metadata),
                List.of(other, parameters, data, metadata),
                List.of(data, metadata, parameters, other))) {
            assertOriginal(Models.load(file("a.json", "{" + String.join(",", order) + "}")));
        }
        assertOriginal(Models.load(file(
                "a.yaml",
                "%YAML 1.2\n---\n# a comment\nother: [1, 2]\n\"data\": # four\n\n  - 1.0\n  - -2.5 # two\n  - 3e-5\n  - 0.1\n"
                        + YAML_OF_THE_ORIGINAL.substring(0, YAML_OF_THE_ORIGINAL.indexOf("\ndata:") + 1)
                        + "more: {x: y}\n")));
    }

    @Test
    void theTextsAreForPeople() throws IOException {
        Model model = new Model(
                new ModelMetadata("my-llm", "llama").withCustom("lr", 1e-5).withCustom("tags", List.of("a", "ü")),
                List.of(
                        new Parameter("w", TensorView.of(new float[] {1, 2, 0.1f, -4, 1e20f, Float.NaN}, 2, 3), false),
                        new Parameter("ids", TensorView.of(new long[] {Long.MAX_VALUE}, 1))));
        Models.save(model, folder.resolve("a.json"));
        assertEquals("""
                {
                  "metadata": {
                    "name": "my-llm",
                    "architecture": "llama",
                    "version": "0.1.0",
                    "training_config": null,
                    "custom": {"lr": 1.0E-5, "tags": ["a", "ü"]}
                  },
                  "parameters": [
                    {"name": "w", "shape": [2, 3], "dtype": "F32", "requires_grad": false},
                    {"name": "ids", "shape": [1], "dtype": "I64", "requires_grad": true}
                  ],
                  "data": [
                1.0,2.0,0.1,
                -4.0,1.0e+20,"NaN",
                9223372036854775807
                ]
                }
                """, Files.readString(folder.resolve("a.json")));
        Models.save(model, folder.resolve("a.yaml"));
        assertEquals("""
                metadata:
                  name: "my-llm"
                  architecture: "llama"
                  version: "0.1.0"
                  training_config: null
                  custom:
                    "lr": 1.0E-5
                    "tags": ["a", "ü"]
                parameters:
                - name: "w"
                  shape: [2, 3]
                  dtype: F32
                  requires_grad: false
                - name: "ids"
                  shape: [1]
                  dtype: I64
                  requires_grad: true
                data:
                - 1.0
                - 2.0
                - 0.1
                - -4.0
                - 1.0e+20
                - "NaN"
                - 9223372036854775807
                """, Files.readString(folder.resolve("a.yaml")));
        TextModels.assertSame(model, Models.load(folder.resolve("a.json")));
        TextModels.assertSame(model, Models.load(folder.resolve("a.yaml")));
    }

    @Test
    void aModelWithoutNumbersIsOne() throws IOException {
        Model empty = new Model(new ModelMetadata("", ""), List.of());
        Model hollow =
                new Model(new ModelMetadata("", ""), List.of(new Parameter("w", TensorView.of(new float[0], 0, 3))));
        for (String name : List.of("a.json", "a.yaml")) {
            TextModels.assertSame(empty, Models.load(Models.save(empty, folder.resolve(name))));
            TextModels.assertSame(hollow, Models.load(Models.save(hollow, folder.resolve(name))));
        }
    }

    @Test
    void largeListsGoThroughInBlocks() throws IOException {
        float[] values = new float[700_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i) * 1e-3f;
        }
        Model model = new Model(
                new ModelMetadata("m", "a"),
                List.of(
                        new Parameter("x", TensorView.of(values, 700, 1000)),
                        new Parameter("y", TensorView.of(values, 700_000).as(DType.BF16)),
                        new Parameter("z", TensorView.of(new long[] {1, 2, 3}, 3))));
        for (String name : List.of("a.json", "a.yaml")) {
            TextModels.assertSame(model, Models.load(Models.save(model, folder.resolve(name))));
        }
        String json = Files.readString(folder.resolve("a.json"));
        int data = json.indexOf(",\n  \"data\"");
        String before = "{" + json.substring(data + 1, json.lastIndexOf("\n}")) + "," + json.substring(1, data) + "}";
        TextModels.assertSame(model, Models.load(file("b.json", before)));
        String yaml = Files.readString(folder.resolve("a.yaml"));
        int list = yaml.indexOf("\ndata:") + 1;
        TextModels.assertSame(model, Models.load(file("b.yaml", yaml.substring(list) + yaml.substring(0, list))));
    }

    @Test
    void elementsAreConvertedOnTheWay() throws IOException {
        Model model = new Model(
                new ModelMetadata("m", "a"),
                List.of(
                        new Parameter("x", TensorView.of(new float[] {0.1f}, 1)),
                        new Parameter("i", TensorView.of(new int[] {7}, 1))));
        Path file = Models.save(model, folder.resolve("a.json"), SaveOptions.DEFAULT.withDType(DType.F16));
        Model loaded = Models.load(file);
        assertEquals(DType.F16, loaded.parameter("x").tensor().dtype());
        assertEquals(DType.I32, loaded.parameter("i").tensor().dtype());
        assertTrue(Files.readString(file).contains("0.099975586"));
        assertThrows(
                IllegalArgumentException.class,
                () -> Models.save(model, folder.resolve("b.json"), SaveOptions.DEFAULT.withShardSize(5)));
        assertFalse(Files.exists(folder.resolve("b.json")));
    }

    private void refused(String name, String text, String sentence) throws IOException {
        Path file = file(name, text);
        CheckpointFormatException e = assertThrows(CheckpointFormatException.class, () -> Models.load(file), text);
        assertEquals(Reason.MODEL_NOT_VALID, e.reason());
        assertEquals(file, e.file());
        assertTrue(e.getMessage().contains(sentence), e.getMessage());
    }

    private static String json(String parameters, String data) {
        return "{\"metadata\":{},\"parameters\":[" + parameters + "],\n\"data\":[" + data + "]}";
    }

    private static String declared(String name, String dtype, String shape) {
        return "{\"name\":\"" + name + "\",\"dtype\":\"" + dtype + "\",\"shape\":[" + shape + "]}";
    }

    @Test
    void numbersThatDoNotFitAreNamed() throws IOException {
        String w = declared("w", "F32", "2");
        String both = w + "," + declared("v", "U8", "1");
        refused(
                "a.json",
                json(w, "1"),
                "tensor w: line 2, column 11: data ends after 1 numbers, its parameters take 2");
        refused(
                "a.json",
                json(both, "1,2"),
                "tensor v: line 2, column 13: data ends after 2 numbers, its parameters take 3");
        refused(
                "a.json",
                json(w, "1,2,3"),
                "line 2, column 13: data goes on behind the 2 numbers that its parameters take");
        refused("a.json", json("", "1"), "data goes on behind the 0 numbers");
        refused(
                "a.json",
                json(both, "1,2,\n300"),
                "tensor v: line 3, column 1: number 1: 300 is beyond the numbers that U8 has");
        refused("a.json", json(w, "1,x"), "tensor w: line 2, column 11: number 2: x is not a number");
        refused("a.json", json(w, "1,NaN"), "NaN without quotes is not JSON");
        refused("a.json", json(w, "1,null"), "null in place of a number");
        refused("a.json", json(w, "1,1e39"), "1e39 is beyond the numbers that F32 has");
        refused("a.json", json(w, "[1,2]"), "data is one flat list");
        refused("a.json", json(w, "1,2,"), "a comma before the end of the list");
        refused("a.json", json(w, "1,2") + "x", "found 'x', expected the end of the file");
        refused("a.json", json(w, "1,2").replace("[1,2]}", "[1,2"), "the file ends inside the list");
        refused("a.json", json(w, "1," + "2".repeat(3 << 20)), "a number of more than a million characters");
        String yaml = YAML_OF_THE_ORIGINAL;
        refused(
                "a.yaml",
                yaml.replace("- 0.1\n", ""),
                "tensor b: line 24, column 1: data ends after 3 numbers, its parameters take 4");
        refused("a.yaml", yaml + "- 7\n", "line 25, column 1: data goes on behind the 4 numbers");
        refused(
                "a.yaml",
                yaml.replace("- -2.5", "- &a -2.5"),
                "tensor w: line 22, column 3: number 2: &a -2.5: the list of numbers takes no anchors");
        refused("a.yaml", yaml.replace("- -2.5", "- - 2.5"), "a list in the list of numbers");
        refused("a.yaml", yaml.replace("data:", "data: !!seq"), "data is followed by '!'");
        refused("a.yaml", yaml.replace("data:", "data: &a"), "data is followed by '&'");
        refused("a.yaml", yaml.replace("- -2.5", " - -2.5"), "stands behind 1 spaces");
        refused("a.yml", YAML_OF_PYTHON.replace("0.1]", "0.1] x"), "found 'x' behind data");
        refused(
                "a.yml",
                YAML_OF_PYTHON.replace("0.1]", "0.1, 2]"),
                "line 2, column 8: data goes on behind the 4 numbers");
    }

    @Test
    void membersThatAreWrongAreNamedWithTheirPlace() throws IOException {
        String w = declared("w", "F32", "2");
        refused("a.json", "", "line 1, column 1: found the end of the file, expected '{'");
        refused("a.json", "[]", "found '[', expected '{'");
        refused("a.json", "\uFEFF{}", "the byte order mark of some editors, which JSON does not allow");
        refused("a.json", "{}", "the model has no metadata");
        refused("a.json", "{\"metadata\":{},\"data\":[]}", "the model has no parameters");
        refused("a.json", "{\"metadata\":{},\"parameters\":[]}", "the model has no data");
        refused("a.json", "{\"metadata\":{},\"metadata\":{}}", "column 16: the model has metadata twice");
        refused("a.json", "{\"data\":[],\"data\":[]}", "the model has data twice");
        refused("a.json", "{\"data\":7}", "data is a value, expected a list of numbers");
        refused("a.json", "{\"metadata\":7}", "metadata is 7, expected a map");
        refused("a.json", "{\"metadata\":{\"name\":[]}}", "name is a list, expected a text");
        refused("a.json", "{\"metadata\":{\"custom\":[]}}", "custom is a list, expected a map");
        refused("a.json", "{\"metadata\":{\"custom\":{\"a\":1,\"a\":2}}}", "custom has the key a twice");
        refused("a.json", json(w + "," + w, ""), "two parameters are called w");
        refused("a.json", json("7", ""), "parameter 1 is 7, expected a map");
        refused("a.json", json("{}", ""), "parameter 1 has no name");
        refused("a.json", json("{\"name\":\"w\"}", ""), "parameter 1 has no dtype");
        refused("a.json", json("{\"name\":\"w\",\"dtype\":\"F32\"}", ""), "parameter 1 has no shape");
        refused("a.json", json(declared("w", "F33", "2"), ""), "there is no dtype F33; did you mean F32");
        refused(
                "a.json",
                json(declared("w", "F32", "-1"), ""),
                "the shape of w has -1, expected a whole number of 0 or more");
        refused("a.json", json(declared("w", "F32", "1.5"), ""), "the shape of w has 1.5");
        refused("a.json", json(declared("w", "F32", "9223372036854775807,2"), ""), "the size of w overflows");
        refused("a.json", json(declared("w", "F4", "3"), ""), "which is not a whole number of bytes");
        refused(
                "a.json",
                json("{\"name\":\"w\",\"dtype\":\"F32\",\"shape\":2}", ""),
                "the shape of w is 2, expected a list");
        refused("a.yaml", "", "the model is empty, expected a map");
        refused("a.yaml", "- 1\n", "the model is a list, expected a map");
        refused("a.yaml", "a: [\n", "this is not YAML");
        refused("a.yaml", YAML_OF_THE_ORIGINAL + "data:\n- 1\n", "line 25, column 1: the model has data twice");
        refused(
                "a.yaml",
                YAML_OF_THE_ORIGINAL.replace("dtype: F32", "dtype: F33"),
                "line 13, column 10: there is no dtype F33");
        refused(
                "a.yml",
                YAML_OF_PYTHON.replace("dtype: F32\n", "dtype: F33\n"),
                "line 10, column 10: there is no dtype F33");
        refused(
                "a.yml",
                YAML_OF_PYTHON.replace("shape: [3]", "shape: {}"),
                "line 13, column 10: the shape of w is a map");
        refused("a.yml", YAML_OF_PYTHON + "x: [\n", "line 16, column 1: this is not YAML");
        refused("a.yml", YAML_OF_PYTHON.replace("parameters:", "parametres:"), "the model has no parameters");
    }

    @Test
    void jsonIsJudgedAsJson() throws IOException {
        for (Map.Entry<String, String> each : Map.ofEntries(
                        Map.entry("{'a':1}", "found ''', expected a string in quotes"),
                        Map.entry("{\"a\":1,}", "found '}', expected a string in quotes"),
                        Map.entry("{\"a\" 1}", "expected ':'"),
                        Map.entry("{\"a\":01}", "this is not JSON: 01"),
                        Map.entry("{\"a\":.5}", "this is not JSON: .5"),
                        Map.entry("{\"a\":NaN}", "this is not JSON: NaN"),
                        Map.entry("{\"a\":True}", "this is not JSON: True"),
                        Map.entry("{\"a\":[1 2]}", "found '2', expected a comma or ']'"),
                        Map.entry("{\"a\":}", "expected a value"),
                        Map.entry("{\"a\":\"\\x\"}", "what cannot be escaped"),
                        Map.entry("{\"a\":\"\\u12G4\"}", "four hexadecimal digits"),
                        Map.entry("{\"a\":\"\\ud800\"}", "half of a surrogate pair"),
                        Map.entry("{\"a\":\"\\ud800\\u0041\"}", "half of a surrogate pair"),
                        Map.entry("{\"a\":\"\n\"}", "control character U+000A"),
                        Map.entry("{\"a\":\"b}", "does not end"),
                        Map.entry("{\"a\":" + "[".repeat(200) + "}", "more than 100 lists and maps"),
                        Map.entry("{} // x", "found '/', expected the end of the file"))
                .entrySet()) {
            refused("a.json", each.getKey(), each.getValue());
        }
        Path latin = Files.write(folder.resolve("a.json"), "{\"ü\":1}".getBytes(StandardCharsets.ISO_8859_1));
        assertTrue(assertThrows(CheckpointFormatException.class, () -> Models.load(latin))
                .getMessage()
                .contains("the string is not UTF-8"));
    }

    @Test
    void whatIsNoFileIsNotAMistakeInOne() throws IOException {
        assertThrows(NoSuchFileException.class, () -> Models.load(folder.resolve("a.json")));
        Files.createDirectory(folder.resolve("b.json"));
        assertThrows(FileSystemException.class, () -> new JsonFormat().load(folder.resolve("b.json")));
        Path pointer = file("c.json", "version https://git-lfs.github.com/spec/v1\noid sha256:0a\nsize 7\n");
        CheckpointFormatException e = assertThrows(CheckpointFormatException.class, () -> Models.load(pointer));
        assertEquals(Reason.LFS_POINTER, e.reason());
    }

    @Test
    void nothingIsLeftOfAFailure() throws IOException {
        Path before = file("a.json", JSON_OF_THE_ORIGINAL);
        TensorView broken = new TensorView() {
            @Override
            public DType dtype() {
                return DType.F32;
            }

            @Override
            public long[] shape() {
                return new long[] {1};
            }

            @Override
            public void readBytes(long offset, java.nio.ByteBuffer target) {
                throw new java.io.UncheckedIOException(new IOException("gone"));
            }
        };
        Model model = new Model(new ModelMetadata("", ""), List.of(new Parameter("w", broken)));
        IOException e = assertThrows(IOException.class, () -> Models.save(model, before));
        assertEquals("gone", e.getMessage());
        assertEquals(JSON_OF_THE_ORIGINAL, Files.readString(before));
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }
}
