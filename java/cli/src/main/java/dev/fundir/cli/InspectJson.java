package dev.fundir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fundir.Checkpoint;
import dev.fundir.CheckpointFile;
import dev.fundir.DType;
import dev.fundir.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.OptionalLong;

/** The JSON of {@code inspect --json}. */
final class InspectJson {
    private InspectJson() {}

    static void write(Checkpoint checkpoint, Architecture architecture, PrintWriter out) throws IOException {
        try (JsonReport report = new JsonReport(out)) {
            JsonGenerator json = report.generator();
            json.writeStringField("path", checkpoint.path().toString());
            json.writeStringField("format", "safetensors");
            json.writeNumberField("byteSize", checkpoint.byteSize());
            json.writeNumberField("tensorCount", checkpoint.tensorCount());
            json.writeNumberField("parameterCount", checkpoint.parameterCount());
            dtypes(checkpoint, json);
            json.writeObjectFieldStart("metadata");
            for (Map.Entry<String, String> pair : checkpoint.metadata().entrySet()) {
                json.writeStringField(pair.getKey(), pair.getValue());
            }
            json.writeEndObject();
            architecture(architecture, json);
            files(checkpoint, json);
            tensors(checkpoint, json);
        }
    }

    private static void dtypes(Checkpoint checkpoint, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("dtypes");
        for (Map.Entry<DType, DTypeTally> entry :
                DTypeTally.of(checkpoint.tensors()).entrySet()) {
            json.writeObjectFieldStart(entry.getKey().name());
            json.writeNumberField("tensors", entry.getValue().tensors());
            json.writeNumberField("parameters", entry.getValue().parameters());
            json.writeNumberField("bytes", entry.getValue().bytes());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void architecture(Architecture architecture, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("architecture");
        json.writeStringField("family", architecture.family().orElse(null));
        number("layers", architecture.layers(), json);
        number("hiddenSize", architecture.hiddenSize(), json);
        number("vocabSize", architecture.vocabSize(), json);
        json.writeEndObject();
    }

    private static void number(String name, OptionalLong number, JsonGenerator json) throws IOException {
        if (number.isPresent()) {
            json.writeNumberField(name, number.getAsLong());
        } else {
            json.writeNullField(name);
        }
    }

    private static void files(Checkpoint checkpoint, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("files");
        for (CheckpointFile file : checkpoint.files()) {
            json.writeStartObject();
            json.writeStringField("path", file.path().toString());
            json.writeNumberField("byteSize", file.byteSize());
            json.writeNumberField("tensorCount", file.tensorCount());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void tensors(Checkpoint checkpoint, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("tensors");
        for (Tensor tensor : checkpoint.tensors()) {
            json.writeStartObject();
            json.writeStringField("name", tensor.name());
            json.writeStringField("dtype", tensor.dtype().name());
            json.writeFieldName("shape");
            long[] shape = tensor.shape();
            json.writeArray(shape, 0, shape.length);
            json.writeNumberField("byteSize", tensor.byteSize());
            json.writeStringField("file", tensor.file().path().toString());
            json.writeNumberField("offset", tensor.fileOffset());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
