package dev.fundir.cli;

import dev.fundir.TensorView;
import dev.fundir.analysis.Analysis;
import dev.fundir.analysis.TensorAnalysis;
import dev.fundir.cli.html.HtmlReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fundir inspect}: what a model holds, from its headers; and from its elements where it is asked to. */
@Command(
        name = "inspect",
        description = "Shows what a model holds: safetensors, GGUF, JSON or YAML.",
        sortOptions = false,
        footer = {
            "",
            "Modes: summary reads headers alone. stats, outliers and distribution go through",
            "the elements once, on all processors; NaN and infinite elements are counted and",
            "left out of all figures. schema shows each kind of tensor once.",
            "",
            "@|bold Examples|@",
            "  fundir inspect model.safetensors",
            "  fundir inspect -v model/",
            "  fundir inspect model.safetensors.index.json --json",
            "  fundir inspect hf://sentence-transformers/all-MiniLM-L6-v2",
            "  fundir inspect model --mode stats --tensor '*.layers.0.*'",
            "  fundir inspect model --mode outliers --z-threshold 6",
            "  fundir inspect model --mode distribution --tensor '*embed*'",
            "  fundir inspect model.gguf --html report.html"
        })
final class InspectCommand implements Callable<Integer> {
    private static final int WORST = 10;
    private static final int BINS_OF_TEXT = 32;
    private static final int BINS = 64;

    @ParentCommand
    private FundirCommand parent;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "PATH", description = "A file, folder or index file, or hf://org/name[@revision].")
    private ModelPath path;

    @Mixin
    private VerboseOption verbose;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            completionCandidates = InspectMode.Names.class,
            description = "What to look at: summary, stats, outliers, distribution or schema.")
    private InspectMode mode = InspectMode.SUMMARY;

    @Option(
            names = "--z-threshold",
            paramLabel = "z",
            description = "Outliers are more than z standard deviations from the mean; 3.")
    private double threshold = 3;

    @Mixin
    private TensorOption tensor;

    @Mixin
    private HtmlOption html;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        if (!(threshold > 0)) {
            throw new ParameterException(spec.commandLine(), "--z-threshold " + threshold + ": expected more than 0");
        }
        html.check();
        Inspection model = selected(open());
        InspectReport report = new InspectReport(model, mode, analyses(model));
        if (html.given()) {
            HtmlReport.inspect(html.file(), html.mayReplace(), out -> InspectJson.write(report, out));
        }
        if (json.given()) {
            InspectJson.write(report, parent.terminal().out());
        } else {
            write(report);
        }
        return 0;
    }

    /** A model on the Hub is not brought here for what its headers say. */
    private Inspection open() throws IOException {
        return path.id().isPresent() && !readsElements()
                ? RemoteInspection.of(parent.hub().header(path.id().get()), path.typed())
                : parent.hub().open(path);
    }

    private boolean readsElements() {
        return mode.readsElements() || html.given();
    }

    private Inspection selected(Inspection model) {
        if (tensor.names().isEmpty()) {
            return model;
        }
        Glob names = tensor.names().get();
        Inspection selected = model.select(names);
        if (selected.tensors().isEmpty()) {
            throw new IllegalArgumentException(
                    path + ": none of its " + model.tensors().size() + " tensors has a name like " + names.text()
                            + "; fundir inspect -v lists them");
        }
        return selected;
    }

    private List<TensorAnalysis> analyses(Inspection model) throws IOException {
        if (!readsElements()) {
            return List.of();
        }
        List<TensorView> tensors = model.tensors().stream()
                .map(entry -> entry.elements().orElseThrow())
                .toList();
        Analysis analysis = Analysis.of(tensors);
        if (mode == InspectMode.OUTLIERS || html.given()) {
            analysis = analysis.outliers(threshold, WORST);
        }
        if (mode == InspectMode.DISTRIBUTION || html.given()) {
            analysis = analysis.histogram(json.given() || html.given() ? BINS : BINS_OF_TEXT);
        }
        try (ProgressLine line = parent.progress("reading")) {
            return analysis.run(progress -> line.show(Progress.of(progress)));
        }
    }

    private void write(InspectReport report) {
        PrintWriter out = parent.terminal().out();
        InspectText.write(report.model(), out);
        out.println();
        AnalysisText elements = new AnalysisText(
                report.analysed(), out, new Sketch(parent.terminal().unicode()));
        switch (mode) {
            case SUMMARY -> tensors(report.model(), out);
            case STATS -> {
                out.println("Statistics");
                elements.statistics();
            }
            case OUTLIERS -> {
                out.println("Outliers, more than " + Figure.of(threshold) + " standard deviations from the mean");
                elements.outliers(verbose.given());
            }
            case DISTRIBUTION -> {
                out.println("Distribution, four standard deviations around the mean at most");
                elements.distribution();
            }
            case SCHEMA -> schema(report.model(), out);
            default -> throw new AssertionError(mode);
        }
        if (html.given()) {
            out.println();
            html.tell(out);
        }
    }

    private void tensors(Inspection model, PrintWriter out) {
        out.println("Tensors");
        if (verbose.given()) {
            TensorList.write(model.tensors(), out);
        } else {
            LayerTree.of(model.tensors()).write(out);
        }
    }

    private static void schema(Inspection model, PrintWriter out) {
        out.println("Schema");
        TextTable table = new TextTable().right(3);
        LayerTree.of(model.tensors())
                .schema()
                .forEach(
                        row -> table.row(row.pattern(), row.dtype(), row.shape().toString(), "× " + row.count()));
        table.write(out);
    }
}
