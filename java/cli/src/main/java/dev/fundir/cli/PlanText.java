package dev.fundir.cli;

import dev.fundir.merge.MergePlan;
import dev.fundir.merge.PlanEntry;
import dev.fundir.merge.PlanInput;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The plan of a merge as {@code --dry-run} shows it: the inputs by number, parameters, the tensors as the tree that
 * {@code inspect} shows or one by one, the totals.
 */
final class PlanText {
    private final MergePlan plan;
    private final PlanWords words;
    private final PrintWriter out;

    private PlanText(MergePlan plan, PrintWriter out) {
        this.plan = plan;
        this.out = out;
        words = new PlanWords(plan);
    }

    /**
     * Writes it.
     *
     * @param everyTensor whether each tensor has a line of its own
     */
    static void write(MergePlan plan, boolean everyTensor, PrintWriter out) {
        new PlanText(plan, out).write(everyTensor);
    }

    private void write(boolean everyTensor) {
        out.println("Inputs");
        inputs();
        if (!words.parameters().isEmpty()) {
            out.println();
            out.println("Parameters");
            TextTable table = new TextTable();
            words.parameters().forEach((name, value) -> table.row(name, value.toString()));
            table.write(out);
        }
        out.println();
        if (everyTensor) {
            out.println("Tensors");
            tensors();
        } else {
            out.println(words.heading());
            tree();
        }
        out.println();
        out.println("Outputs");
        plan.outputs().forEach(file -> out.println("  " + file));
        out.println();
        out.println("Work");
        totals();
        out.println("Nothing was written.");
    }

    private void inputs() {
        Map<Integer, Set<Path>> files = new TreeMap<>();
        for (PlanEntry entry : plan.entries()) {
            for (PlanInput input : entry.inputs()) {
                files.computeIfAbsent(input.input(), number -> new TreeSet<>()).add(input.file());
            }
        }
        TextTable table = new TextTable();
        files.forEach((input, paths) ->
                table.row(input + (input == 0 ? " (base)" : ""), place(paths), words.parametersOf(input)));
        table.write(out);
    }

    /** A file; of several their folder. */
    private static String place(Set<Path> files) {
        Path first = files.iterator().next();
        if (files.size() == 1) {
            return first.toString();
        }
        Path folder = first.toAbsolutePath().getParent();
        return (first.getParent() == null ? folder : first.getParent()) + " (" + files.size() + " files)";
    }

    private void tree() {
        LayerTree.ofPlan(plan.entries(), words).write(out);
    }

    private void tensors() {
        TextTable table = new TextTable().right(3);
        plan.entries().stream()
                .sorted((a, b) -> NaturalOrder.INSTANCE.compare(a.name(), b.name()))
                .forEach(entry -> table.row(
                        entry.name(),
                        entry.dtype().name(),
                        entry.shape().toString(),
                        ByteSize.format(entry.byteSize()),
                        words.line(entry)));
        table.write(out);
    }

    private void totals() {
        MergeTally tally = MergeTally.of(plan);
        TextTable table = new TextTable();
        table.row("method", plan.method().label() + " of " + tally.models());
        tally.addTo(table);
        table.row("reads", ByteSize.format(plan.inputBytes()));
        table.row("writes", ByteSize.format(plan.bytesToWrite()));
        table.row("memory", ByteSize.format(plan.memory()) + " at most");
        table.row("disk", ByteSize.format(plan.temporarySpace()) + " besides what the output replaces");
        table.row(
                "random",
                "seed " + Long.toUnsignedString(plan.seed()) + " of "
                        + plan.rng().label());
        table.write(out);
    }
}
