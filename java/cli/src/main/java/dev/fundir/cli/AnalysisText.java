package dev.fundir.cli;

import dev.fundir.analysis.Histogram;
import dev.fundir.analysis.Outlier;
import dev.fundir.analysis.Outliers;
import dev.fundir.analysis.TensorStatistics;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What {@code inspect} shows of elements: a table of the tensors by layer, a line each, and what needs saying below it.
 */
final class AnalysisText {
    /** So many tensors with outliers are shown, unless all are asked for. */
    private static final int MOST_OUTLIERS = 20;

    /** Up to so many histograms are drawn large. */
    private static final int MOST_DRAWN = 3;

    private static final int BAR = 40;

    private final List<AnalysedTensor> tensors;
    private final PrintWriter out;
    private final Sketch sketch;

    /** A view of tensors, in the order in which they are shown. */
    AnalysisText(List<AnalysedTensor> tensors, PrintWriter out, Sketch sketch) {
        this.tensors = tensors;
        this.out = out;
        this.sketch = sketch;
    }

    void statistics() {
        TextTable table = new TextTable().right(1, 2, 3, 4, 5, 6);
        table.row("", "min", "max", "mean", "std", "norm", "zero");
        byLayer(table, (name, tensor) -> {
            TensorStatistics s = tensor.analysis().statistics();
            table.row(
                    name,
                    Figure.of(s.min()),
                    Figure.of(s.max()),
                    Figure.of(s.mean()),
                    Figure.of(s.standardDeviation()),
                    Figure.of(s.l2Norm()),
                    s.elementCount() == 0 ? "-" : Figure.percent(s.zeros(), s.elementCount()));
        });
        table.write(out);
        special();
    }

    void outliers(boolean all) {
        List<AnalysedTensor> found = tensors.stream()
                .filter(tensor -> outliers(tensor).count() > 0)
                .sorted(Comparator.comparingDouble(AnalysisText::farthest).reversed())
                .toList();
        if (found.isEmpty()) {
            out.println("  none");
        }
        TextTable table = new TextTable().right(1, 2, 3, 4);
        if (!found.isEmpty()) {
            table.row("", "elements", "share", "farthest", "z", "at");
        }
        List<AnalysedTensor> shown = all ? found : found.subList(0, Math.min(MOST_OUTLIERS, found.size()));
        for (AnalysedTensor tensor : shown) {
            Outlier worst = outliers(tensor).worst().get(0);
            table.row(
                    tensor.entry().name(),
                    Long.toString(outliers(tensor).count()),
                    Figure.percent(outliers(tensor).count(), tensor.entry().elementCount()),
                    Figure.of(worst.value()),
                    Figure.of(worst.z()),
                    tensor.place(worst).toString());
        }
        table.write(out);
        if (shown.size() < found.size()) {
            out.println("  and " + (found.size() - shown.size()) + " tensors more (-v shows them)");
        }
        special();
    }

    private static Outliers outliers(AnalysedTensor tensor) {
        return tensor.analysis().outliers().orElseThrow();
    }

    private static double farthest(AnalysedTensor tensor) {
        return Math.abs(outliers(tensor).worst().get(0).z());
    }

    void distribution() {
        if (tensors.size() <= MOST_DRAWN) {
            tensors.forEach(this::draw);
            return;
        }
        TextTable table = new TextTable().right(1);
        table.row("", "from", "", "to");
        byLayer(table, (name, tensor) -> {
            Histogram histogram = tensor.analysis().histogram().orElseThrow();
            table.row(
                    name,
                    Figure.of(histogram.from()),
                    sketch.line(histogram.counts()),
                    Figure.of(histogram.to()) + outside(histogram));
        });
        table.write(out);
        special();
    }

    private static String outside(Histogram histogram) {
        long outside = histogram.below() + histogram.above();
        return outside == 0 ? "" : " (" + outside + " outside)";
    }

    private void draw(AnalysedTensor tensor) {
        Histogram histogram = tensor.analysis().histogram().orElseThrow();
        long all = histogram.below()
                + histogram.above()
                + histogram.counts().stream().mapToLong(Long::longValue).sum();
        long most = histogram.counts().stream().mapToLong(Long::longValue).max().orElse(0);
        out.println("  " + tensor.entry().name());
        TextTable table = new TextTable().right(0, 2);
        if (histogram.below() > 0) {
            table.row("below", "", Figure.percent(histogram.below(), all));
        }
        double width = (histogram.to() - histogram.from()) / histogram.counts().size();
        for (int i = 0; i < histogram.counts().size(); i++) {
            long count = histogram.counts().get(i);
            String bar = sketch.bar(most == 0 ? 0 : (double) count / most, BAR);
            table.row(Figure.of(histogram.from() + i * width), bar, Figure.percent(count, all));
        }
        if (histogram.above() > 0) {
            table.row("above", "", Figure.percent(histogram.above(), all));
        }
        table.write(out);
    }

    /** Adds a row for a tensor. */
    @FunctionalInterface
    private interface Row {
        void add(String name, AnalysedTensor tensor);
    }

    /** A heading for each layer of several tensors, and their names within it below. */
    private void byLayer(TextTable table, Row row) {
        var sizes = tensors.stream()
                .collect(Collectors.groupingBy(tensor -> tensor.entry().layer(), Collectors.counting()));
        String heading = "";
        for (AnalysedTensor tensor : tensors) {
            String layer = tensor.entry().layer();
            if (sizes.get(layer) == 1) {
                row.add(tensor.entry().name(), tensor);
                continue;
            }
            if (!layer.equals(heading)) {
                table.row(layer);
                heading = layer;
            }
            row.add("  " + LayerName.within(tensor.entry().name()), tensor);
        }
    }

    /** NaN and infinite elements, which no figure counts. */
    private void special() {
        for (AnalysedTensor tensor : tensors) {
            TensorStatistics s = tensor.analysis().statistics();
            if (s.nan() + s.infinite() > 0) {
                out.println("  " + tensor.entry().name() + ": " + s.nan() + " NaN, " + s.infinite()
                        + " infinite, not counted in any figure");
            }
        }
    }
}
