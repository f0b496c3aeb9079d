package dev.fundir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fundir.model.ModelFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code convert} says when it is done.
 *
 * @param format of the output
 * @param files that were written
 * @param tensors how many tensors
 * @param parameters how many elements they have together
 * @param seconds it took
 */
record ConvertReport(ModelFormat format, List<Path> files, long tensors, long parameters, double seconds) {
    void writeText(Path output, PrintWriter out) throws IOException {
        out.println(output);
        out.printf(
                "  %s: %d tensors, %s parameters, %s in %s%n",
                format.label(),
                tensors,
                ByteSize.count(parameters),
                ByteSize.format(byteSize()),
                files.size() == 1 ? "1 file" : files.size() + " files");
        out.printf("  in %s%n", Duration.format(seconds));
    }

    void writeJson(PrintWriter out) throws IOException {
        try (JsonReport report = new JsonReport(out)) {
            JsonGenerator json = report.generator();
            report.strings("output", files);
            json.writeStringField("format", format.label());
            json.writeNumberField("tensorCount", tensors);
            json.writeNumberField("parameterCount", parameters);
            json.writeNumberField("bytesWritten", byteSize());
            json.writeNumberField("seconds", seconds);
        }
    }

    private long byteSize() throws IOException {
        long size = 0;
        for (Path file : files) {
            size += Files.size(file);
        }
        return size;
    }
}
