package dev.fundir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fundir.analysis.Histogram;
import dev.fundir.analysis.Outlier;
import dev.fundir.analysis.Outliers;
import dev.fundir.analysis.TensorAnalysis;
import dev.fundir.analysis.TensorStatistics;
import java.io.IOException;

/** What is known of a tensor's elements, as fields of the object that is open. */
final class AnalysisJson {
    private AnalysisJson() {}

    static void write(AnalysedTensor tensor, JsonReport report) throws IOException {
        TensorAnalysis analysis = tensor.analysis();
        statistics(analysis.statistics(), report);
        if (analysis.outliers().isPresent()) {
            outliers(tensor, analysis.outliers().get(), report);
        }
        if (analysis.histogram().isPresent()) {
            distribution(analysis.histogram().get(), report);
        }
    }

    private static void statistics(TensorStatistics statistics, JsonReport report) throws IOException {
        JsonGenerator json = report.generator();
        json.writeObjectFieldStart("statistics");
        json.writeNumberField("elements", statistics.elementCount());
        json.writeNumberField("zeros", statistics.zeros());
        json.writeNumberField("nan", statistics.nan());
        json.writeNumberField("infinite", statistics.infinite());
        report.real("min", statistics.min())
                .real("max", statistics.max())
                .real("mean", statistics.mean())
                .real("std", statistics.standardDeviation())
                .real("l2Norm", statistics.l2Norm());
        json.writeEndObject();
    }

    private static void outliers(AnalysedTensor tensor, Outliers outliers, JsonReport report) throws IOException {
        JsonGenerator json = report.generator();
        json.writeObjectFieldStart("outliers");
        json.writeNumberField("threshold", outliers.threshold());
        json.writeNumberField("count", outliers.count());
        json.writeArrayFieldStart("worst");
        for (Outlier outlier : outliers.worst()) {
            json.writeStartObject();
            report.numbers("index", tensor.place(outlier))
                    .real("value", outlier.value())
                    .real("z", outlier.z());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void distribution(Histogram histogram, JsonReport report) throws IOException {
        JsonGenerator json = report.generator();
        json.writeObjectFieldStart("distribution");
        report.real("from", histogram.from()).real("to", histogram.to());
        json.writeNumberField("below", histogram.below());
        json.writeNumberField("above", histogram.above());
        report.numbers("counts", histogram.counts());
        json.writeEndObject();
    }
}
