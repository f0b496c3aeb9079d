package dev.fundir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fundir.merge.MergePlan;
import dev.fundir.merge.MergeResult;
import dev.fundir.merge.PlanEntry;
import dev.fundir.merge.PlanInput;
import java.io.IOException;
import java.io.PrintWriter;

/** The JSON of {@code merge --json}: of a merge that ran, or of the plan for {@code --dry-run}. */
final class MergeJson {
    private MergeJson() {}

    static void write(MergePlan plan, MergeResult result, PrintWriter out) throws IOException {
        try (JsonReport report = new JsonReport(out)) {
            JsonGenerator json = report.generator();
            report.strings("output", result.outputs());
            json.writeStringField("method", plan.method().name());
            json.writeNumberField("tensorCount", result.checkpoint().tensorCount());
            json.writeNumberField("parameterCount", result.checkpoint().parameterCount());
            json.writeNumberField("bytesRead", result.bytesRead());
            json.writeNumberField("bytesWritten", result.bytesWritten());
            json.writeNumberField("seconds", result.seconds());
            json.writeNumberField("peakMemoryBytes", result.peakMemoryBytes());
            report.unsigned("seed", result.seed());
            json.writeNumberField("copied", result.tensorsCopied());
            json.writeNumberField("merged", result.tensorsMerged());
            report.strings("notices", result.notices());
        }
    }

    static void write(MergePlan plan, PrintWriter out) throws IOException {
        try (JsonReport report = new JsonReport(out)) {
            JsonGenerator json = report.generator();
            report.strings("output", plan.outputs());
            json.writeStringField("method", plan.method().name());
            json.writeNumberField("tensorCount", plan.entries().size());
            json.writeNumberField("inputBytes", plan.inputBytes());
            json.writeNumberField("bytesToWrite", plan.bytesToWrite());
            json.writeNumberField("memoryBytes", plan.memory());
            json.writeNumberField("temporaryBytes", plan.temporarySpace());
            report.unsigned("seed", plan.seed());
            json.writeStringField("rng", plan.rng().label());
            report.strings("replaced", plan.replaced());
            report.strings("notices", plan.notices());
            json.writeArrayFieldStart("tensors");
            for (PlanEntry entry : plan.entries()) {
                entry(entry, report);
            }
            json.writeEndArray();
        }
    }

    private static void entry(PlanEntry entry, JsonReport report) throws IOException {
        JsonGenerator json = report.generator();
        json.writeStartObject();
        json.writeStringField("name", entry.name());
        json.writeStringField("method", entry.method());
        json.writeStringField("dtype", entry.dtype().name());
        report.numbers("shape", entry.shape());
        json.writeNumberField("byteSize", entry.byteSize());
        json.writeStringField("file", entry.file().toString());
        json.writeNumberField("offset", entry.offset());
        report.values("parameters", entry.parameters());
        json.writeArrayFieldStart("inputs");
        for (PlanInput input : entry.inputs()) {
            json.writeStartObject();
            json.writeNumberField("input", input.input());
            json.writeNumberField("model", input.model());
            json.writeStringField("tensor", input.tensor());
            json.writeStringField("file", input.file().toString());
            json.writeNumberField("offset", input.offset());
            json.writeNumberField("byteSize", input.byteSize());
            json.writeStringField("dtype", input.dtype().name());
            report.values("parameters", input.parameters());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
