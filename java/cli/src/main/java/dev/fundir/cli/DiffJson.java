package dev.fundir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fundir.analysis.TensorDistance;
import java.io.IOException;
import java.io.Writer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The JSON of {@code diff --json}, which {@code --html} embeds. */
final class DiffJson {
    private final ModelDiff diff;
    private final JsonReport report;
    private final JsonGenerator json;

    private DiffJson(ModelDiff diff, JsonReport report) {
        this.diff = diff;
        this.report = report;
        json = report.generator();
    }

    static void write(ModelDiff diff, Writer out) throws IOException {
        try (JsonReport report = new JsonReport(out)) {
            new DiffJson(diff, report).write();
        }
    }

    private void write() throws IOException {
        json.writeStringField("a", diff.a().name());
        json.writeStringField("b", diff.b().name());
        json.writeBooleanField("equal", diff.isEqual());
        json.writeNumberField("identicalTensors", diff.identicalCount());
        entries("added", diff.added());
        entries("removed", diff.removed());
        reshaped();
        retyped();
        metadata();
        tensors();
        layers();
    }

    private void entries(String name, List<Inspection.Entry> tensors) throws IOException {
        json.writeArrayFieldStart(name);
        for (Inspection.Entry tensor : tensors) {
            json.writeStartObject();
            json.writeStringField("name", tensor.name());
            json.writeStringField("dtype", tensor.dtype());
            report.numbers("shape", tensor.shape());
            json.writeNumberField("byteSize", tensor.byteSize());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void reshaped() throws IOException {
        json.writeArrayFieldStart("reshaped");
        for (ModelDiff.Both both : diff.reshaped()) {
            json.writeStartObject();
            json.writeStringField("name", both.a().name());
            report.numbers("a", both.a().shape()).numbers("b", both.b().shape());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void retyped() throws IOException {
        json.writeArrayFieldStart("retyped");
        for (ModelDiff.Both both : diff.retyped()) {
            json.writeStartObject();
            json.writeStringField("name", both.a().name());
            json.writeStringField("a", both.a().dtype());
            json.writeStringField("b", both.b().dtype());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void metadata() throws IOException {
        MetadataDiff metadata = diff.metadata();
        json.writeObjectFieldStart("metadata");
        report.values("added", new LinkedHashMap<>(metadata.added()));
        report.values("removed", new LinkedHashMap<>(metadata.removed()));
        json.writeObjectFieldStart("changed");
        for (Map.Entry<String, MetadataDiff.Change> change : metadata.changed().entrySet()) {
            json.writeObjectFieldStart(change.getKey());
            json.writeStringField("a", change.getValue().a());
            json.writeStringField("b", change.getValue().b());
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private void tensors() throws IOException {
        json.writeArrayFieldStart("tensors");
        for (ModelDiff.Compared tensor : diff.changed()) {
            Inspection.Entry a = tensor.both().a();
            json.writeStartObject();
            json.writeStringField("name", a.name());
            json.writeStringField("layer", a.layer());
            json.writeStringField("dtype", a.dtype());
            report.numbers("shape", a.shape());
            distance(tensor.distance());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void layers() throws IOException {
        json.writeArrayFieldStart("layers");
        for (ModelDiff.Layer layer : diff.layers()) {
            json.writeStartObject();
            json.writeStringField("layer", layer.name());
            json.writeNumberField("tensors", layer.tensors());
            distance(layer.distance());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void distance(TensorDistance distance) throws IOException {
        json.writeNumberField("elements", distance.elementCount());
        json.writeNumberField("differing", distance.differing());
        report.real("maxAbs", distance.maxAbs())
                .real("relativeL2", distance.relativeL2())
                .real("cosine", distance.cosine());
    }
}
