package dev.fundir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fundir.model.Architecture;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;

/** The JSON of {@code inspect --json}. */
final class InspectJson {
    private InspectJson() {}

    /** Writes the document of {@code inspect --json}, which {@code --html} embeds. */
    static void write(InspectReport found, Writer out) throws IOException {
        Inspection model = found.model();
        try (JsonReport report = new JsonReport(out)) {
            JsonGenerator json = report.generator();
            json.writeStringField("path", model.name());
            json.writeStringField("format", model.format());
            json.writeNumberField("byteSize", model.byteSize());
            json.writeNumberField("tensorCount", model.tensors().size());
            json.writeNumberField("parameterCount", model.parameterCount());
            dtypes(model, json);
            json.writeObjectFieldStart("metadata");
            for (Map.Entry<String, String> pair : model.metadata().entrySet()) {
                json.writeStringField(pair.getKey(), pair.getValue());
            }
            json.writeEndObject();
            architecture(model.architecture(), report);
            files(model, report);
            tensors(found, report);
            if (found.mode() == InspectMode.SCHEMA) {
                schema(model, report);
            }
        }
    }

    private static void dtypes(Inspection model, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("dtypes");
        for (Map.Entry<String, DTypeTally> entry :
                DTypeTally.of(model.tensors()).entrySet()) {
            json.writeObjectFieldStart(entry.getKey());
            json.writeNumberField("tensors", entry.getValue().tensors());
            json.writeNumberField("parameters", entry.getValue().parameters());
            json.writeNumberField("bytes", entry.getValue().bytes());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void architecture(Architecture architecture, JsonReport report) throws IOException {
        JsonGenerator json = report.generator();
        json.writeObjectFieldStart("architecture");
        json.writeStringField("family", architecture.family().orElse(null));
        report.count("layers", architecture.layers());
        report.count("hiddenSize", architecture.hiddenSize());
        report.count("vocabSize", architecture.vocabSize());
        json.writeEndObject();
    }

    private static void files(Inspection model, JsonReport report) throws IOException {
        JsonGenerator json = report.generator();
        json.writeArrayFieldStart("files");
        for (Inspection.File file : model.files()) {
            json.writeStartObject();
            json.writeStringField("path", file.path().toString());
            json.writeNumberField("byteSize", file.byteSize());
            json.writeNumberField("tensorCount", file.tensorCount());
            report.count("dataOffset", file.dataOffset());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void tensors(InspectReport found, JsonReport report) throws IOException {
        JsonGenerator json = report.generator();
        json.writeArrayFieldStart("tensors");
        List<Inspection.Entry> tensors = found.model().tensors();
        for (int i = 0; i < tensors.size(); i++) {
            Inspection.Entry tensor = tensors.get(i);
            json.writeStartObject();
            json.writeStringField("name", tensor.name());
            json.writeStringField("layer", tensor.layer());
            json.writeStringField("dtype", tensor.dtype());
            report.numbers("shape", tensor.shape());
            json.writeNumberField("byteSize", tensor.byteSize());
            json.writeStringField("file", tensor.file().toString());
            report.count("offset", tensor.offset());
            if (!found.analyses().isEmpty()) {
                AnalysisJson.write(new AnalysedTensor(tensor, found.analyses().get(i)), report);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void schema(Inspection model, JsonReport report) throws IOException {
        JsonGenerator json = report.generator();
        json.writeArrayFieldStart("schema");
        for (SchemaRow row : LayerTree.of(model.tensors()).schema()) {
            json.writeStartObject();
            json.writeStringField("pattern", row.pattern());
            json.writeStringField("dtype", row.dtype());
            report.numbers("shape", row.shape());
            json.writeNumberField("count", row.count());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
