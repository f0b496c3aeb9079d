package dev.fundir.cli;

import dev.fundir.cli.html.HtmlReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code --html} and {@code --force}, which every command has that can report in HTML. */
final class HtmlOption {
    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write all there is to know into one HTML file, which needs no network.")
    private Path file;

    @Mixin
    private ForceOption force;

    /** Whether a report is to be written. */
    boolean given() {
        return file != null;
    }

    /** Whether a report may replace a file. */
    boolean mayReplace() {
        return force.given();
    }

    /** Where the report is to appear. */
    Path file() {
        return file;
    }

    /** Refuses a place that no report can be written to, before the work that it shows. */
    void check() throws IOException {
        if (file != null) {
            HtmlReport.check(file, force.given());
        }
    }

    /** Says where the report is, if there is one. */
    void tell(PrintWriter out) {
        if (file != null) {
            out.println("Report: " + file);
        }
    }
}
