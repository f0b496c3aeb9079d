package dev.fundir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fundir.model.ModelFormat;
import dev.fundir.verify.Finding;
import dev.fundir.verify.VerificationReport;
import dev.fundir.verify.VerifiedFile;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/** The JSON of {@code verify --json}. */
final class VerifyJson {
    private VerifyJson() {}

    static void write(List<VerificationReport> reports, Writer out) throws IOException {
        try (JsonReport report = new JsonReport(out)) {
            JsonGenerator json = report.generator();
            json.writeBooleanField("ok", reports.stream().allMatch(VerificationReport::isOk));
            json.writeArrayFieldStart("models");
            for (VerificationReport model : reports) {
                model(model, report);
            }
            json.writeEndArray();
        }
    }

    private static void model(VerificationReport model, JsonReport report) throws IOException {
        JsonGenerator json = report.generator();
        json.writeStartObject();
        json.writeStringField("path", model.path().toString());
        json.writeStringField("format", model.format().map(ModelFormat::label).orElse(null));
        json.writeBooleanField("ok", model.isOk());
        json.writeArrayFieldStart("files");
        for (VerifiedFile file : model.files()) {
            json.writeStartObject();
            json.writeStringField("path", file.path().toString());
            json.writeNumberField("byteSize", file.byteSize());
            json.writeStringField("sha256", file.sha256().orElse(null));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField("tensorCount", model.tensorCount());
        report.count("nan", model.nan());
        report.count("infinite", model.infinite());
        json.writeArrayFieldStart("problems");
        for (Finding finding : model.findings()) {
            json.writeStartObject();
            json.writeStringField("rule", finding.rule());
            json.writeStringField("file", finding.file().toString());
            json.writeStringField("tensor", finding.tensor().orElse(null));
            json.writeStringField("message", finding.message());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
