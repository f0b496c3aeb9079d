package dev.fundir.cli;

import dev.fundir.cli.html.HtmlReport;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Parameters(
            index = "0",
            paramLabel = "A",
            description = "A file, folder or index file, or hf://org/name[@revision].")
    private ModelPath a;

    @Parameters(index = "1", paramLabel = "B", description = "What it is compared with.")
    private ModelPath b;

    @Mixin
    private VerboseOption verbose;

    @Mixin
    private TensorOption tensor;

    @Mixin
    private HtmlOption html;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        html.check();
        ModelDiff diff = diff();
        if (html.given()) {
            HtmlReport.diff(html.file(), html.mayReplace(), out -> DiffJson.write(diff, out));
        }
        if (json.given()) {
            DiffJson.write(diff, parent.terminal().out());
        } else {
            new DiffText(diff, parent.terminal()).write(verbose.given());
            html.tell(parent.terminal().out());
        }
        return diff.isEqual() ? 0 : DIFFERENT;
    }

    private ModelDiff diff() throws IOException {
        Inspection first = parent.hub().open(a);
        Inspection second = parent.hub().open(b);
        if (tensor.names().isPresent()) {
            first = first.select(tensor.names().get());
            second = second.select(tensor.names().get());
        }
        try (ProgressLine line = parent.progress("comparing")) {
            return ModelDiff.of(first, second, progress -> line.show(Progress.of(progress)));
        }
    }
}
