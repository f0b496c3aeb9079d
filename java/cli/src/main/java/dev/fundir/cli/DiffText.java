package dev.fundir.cli;

import dev.fundir.analysis.TensorDistance;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What {@code diff} shows: what is not in both, the distance of each layer, and the tensors that differ most. */
final class DiffText {
    /** So many lines of a list are shown, unless all are asked for. */
    private static final int MOST = 20;

    private static final int BAR = 16;

    private final ModelDiff diff;
    private final PrintWriter out;
    private final Sketch sketch;
    private int most;

    DiffText(ModelDiff diff, Terminal terminal) {
        this.diff = diff;
        out = terminal.out();
        sketch = new Sketch(terminal.unicode());
    }

    void write(boolean all) {
        most = all ? Integer.MAX_VALUE : MOST;
        models();
        list("Only in A", diff.removed(), DiffText::describe);
        list("Only in B", diff.added(), DiffText::describe);
        list("Other shape", diff.reshaped(), both -> new String[] {
            both.a().name(), both.a().shape().toString(), "→", both.b().shape().toString()
        });
        list("Other dtype", diff.retyped(), both ->
                new String[] {both.a().name(), both.a().dtype(), "→", both.b().dtype()});
        metadata();
        if (!diff.changed().isEmpty()) {
            layers();
            tensors();
        }
        out.println();
        out.println(summary());
    }

    private void models() {
        TextTable table = new TextTable().right(2, 3);
        table.row(
                "A",
                diff.a().name(),
                tensors(diff.a()),
                ByteSize.format(diff.a().byteSize()));
        table.row(
                "B",
                diff.b().name(),
                tensors(diff.b()),
                ByteSize.format(diff.b().byteSize()));
        table.write(out);
    }

    private static String tensors(Inspection model) {
        return model.tensors().size() + (model.tensors().size() == 1 ? " tensor" : " tensors");
    }

    private static String[] describe(Inspection.Entry tensor) {
        return new String[] {
            tensor.name(), tensor.dtype(), tensor.shape().toString(), ByteSize.format(tensor.byteSize())
        };
    }

    private <T> void list(String title, List<T> items, Function<T, String[]> row) {
        if (items.isEmpty()) {
            return;
        }
        out.println();
        out.println(title);
        TextTable table = new TextTable();
        items.stream().limit(most).forEach(item -> table.row(row.apply(item)));
        table.write(out);
        more(items.size());
    }

    private void more(int count) {
        if (count > most) {
            out.println("  and " + (count - most) + " more (-v shows them)");
        }
    }

    private void metadata() {
        MetadataDiff metadata = diff.metadata();
        if (metadata.isEmpty()) {
            return;
        }
        out.println();
        out.println("Metadata");
        TextTable table = new TextTable();
        metadata.removed().forEach((key, value) -> table.row("-", key, InspectText.shortened(value)));
        metadata.added().forEach((key, value) -> table.row("+", key, InspectText.shortened(value)));
        for (Map.Entry<String, MetadataDiff.Change> change : metadata.changed().entrySet()) {
            table.row(
                    "≠",
                    change.getKey(),
                    InspectText.shortened(change.getValue().a()) + " → "
                            + InspectText.shortened(change.getValue().b()));
        }
        table.write(out);
    }

    private void layers() {
        List<ModelDiff.Layer> layers = diff.layers();
        double largest = layers.stream()
                .mapToDouble(layer -> layer.distance().relativeL2())
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        out.println();
        out.println("Layers");
        TextTable table = new TextTable().right(1, 2, 3, 4);
        table.row("", "tensors", "max abs", "rel. L2", "cosine", "");
        for (ModelDiff.Layer layer : layers) {
            double change = layer.distance().relativeL2();
            double part = largest == 0 ? 0 : Math.min(1, change / largest);
            table.row(row(layer.name(), Integer.toString(layer.tensors()), layer.distance(), sketch.bar(part, BAR)));
        }
        table.write(out);
    }

    private void tensors() {
        out.println();
        out.println("Tensors, the most changed first");
        TextTable table = new TextTable().right(1, 2, 3, 4);
        table.row("", "differ", "max abs", "rel. L2", "cosine");
        List<ModelDiff.Compared> changed = diff.changed();
        for (ModelDiff.Compared tensor : changed.subList(0, Math.min(most, changed.size()))) {
            TensorDistance distance = tensor.distance();
            table.row(row(tensor.name(), Figure.percent(distance.differing(), distance.elementCount()), distance, ""));
        }
        table.write(out);
        more(changed.size());
    }

    private static String[] row(String name, String count, TensorDistance distance, String bar) {
        return new String[] {
            name,
            count,
            Figure.of(distance.maxAbs()),
            Figure.of(distance.relativeL2()),
            Cosine.format(distance.cosine()),
            bar
        };
    }

    private String summary() {
        if (diff.isEqual()) {
            return "The models are equal: " + tensors(diff.a()) + ".";
        }
        long changed = diff.changed().size();
        return "The models differ: " + diff.identicalCount() + " tensors have the same elements, " + changed
                + " other ones, " + diff.reshaped().size() + " another shape, "
                + diff.removed().size()
                + " are only in A, " + diff.added().size() + " only in B.";
    }
}
