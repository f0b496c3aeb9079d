package dev.fundir.cli;

import dev.fundir.cli.html.HtmlReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code fundir diff}: what differs between two models. */
@Command(
        name = "diff",
        description = "Compares two models, tensor by tensor; exit code 1 when they differ.",
        sortOptions = false,
        footer = {
            "",
            "Tensors of one name and shape are compared as numbers, whatever their dtypes and",
            "the models' formats: max abs is the largest difference of two elements, relative",
            "L2 the norm of all differences over the norm of A, cosine the cosine of both as",
            "vectors.",
            "",
            "@|bold Examples|@",
            "  fundir diff base.safetensors tuned.safetensors",
            "  fundir diff base tuned --tensor '*.layers.*' --json",
            "  fundir diff model.safetensors model.gguf --html report.html"
        })
final class DiffCommand implements Callable<Integer> {
    private static final int DIFFERENT = 1;

    @ParentCommand
    private FundirCommand parent;

    @Parameters(index = "0", paramLabel = "A", description = "A file, folder or index file.")
    private Path a;

    @Parameters(index = "1", paramLabel = "B", description = "What it is compared with.")
    private Path b;

    @Option(
            names = {"-v", "--verbose"},
            description = "List every tensor that differs.")
    private boolean verbose;

    @Option(
            names = "--tensor",
            paramLabel = "GLOB",
            converter = GlobReader.class,
            description = "Only tensors with such names; * is any text, ? one character.")
    private Glob names;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write the comparison into one HTML file, which needs no network.")
    private Path html;

    @Mixin
    private ForceOption force;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        if (html != null) {
            HtmlReport.check(html, force.given());
        }
        ModelDiff diff = diff();
        if (html != null) {
            HtmlReport.diff(html, force.given(), out -> DiffJson.write(diff, out));
        }
        if (json.given()) {
            DiffJson.write(diff, parent.terminal().out());
        } else {
            new DiffText(diff, parent.terminal()).write(verbose);
            if (html != null) {
                parent.terminal().out().println("Report: " + html);
            }
        }
        return diff.isEqual() ? 0 : DIFFERENT;
    }

    private ModelDiff diff() throws IOException {
        Inspection first = Inspection.of(a);
        Inspection second = Inspection.of(b);
        if (names != null) {
            first = first.select(names);
            second = second.select(names);
        }
        try (ProgressLine line = parent.progress("comparing")) {
            return ModelDiff.of(first, second, progress -> line.show(Progress.of(progress)));
        }
    }
}
