package dev.fundir.cli;

import dev.fundir.merge.MergePlan;
import dev.fundir.merge.MergeProgress;
import dev.fundir.merge.PlanEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A merge while it runs, on a terminal: a bar, what is merged, copied, read and written, the layers, and the tensors
 * that are worked on. Closing it takes it away.
 */
final class MergeTable implements AutoCloseable {
    private static final int FEWEST_COLUMNS = 60;
    private static final int WIDEST = 100;
    private static final int LABEL = 11;
    private static final int MOST_NOW = 3;
    private static final int MOST_LINES = 6 + MOST_NOW;
    /** A merge that is over sooner shows nothing: nobody could read it. */
    private static final double FIRST_SECONDS = 0.1;

    private final MergePlan plan;
    private final LiveScreen screen;
    private final int width;
    private final boolean unicode;
    /** Made when it is first shown, for a plan of a million tensors takes a moment. */
    private MergeSteps steps;

    MergeTable(MergePlan plan, Terminal terminal) {
        this.plan = plan;
        screen = new LiveScreen(terminal);
        width = Math.min(terminal.columns() - 1, WIDEST);
        unicode = terminal.unicode();
    }

    /** Whether there is room for it where people look. */
    static boolean fits(Terminal terminal) {
        return terminal.errIsTerminal() && terminal.columns() >= FEWEST_COLUMNS && Terminal.lines() > MOST_LINES + 1;
    }

    void show(MergeProgress progress) {
        if (progress.seconds() < FIRST_SECONDS) {
            return;
        }
        if (steps == null) {
            steps = MergeSteps.of(plan);
        }
        screen.draw(frame(progress));
    }

    private List<String> frame(MergeProgress progress) {
        int done = (int) progress.tensorsDone();
        int all = steps.count();
        List<String> lines = new ArrayList<>();
        lines.add(plan.method().label() + " to " + Fit.end(plan.output().toString(), width - 30, unicode));
        lines.add(bar(progress));
        lines.add(row("tensors", tensors(done, all)));
        lines.add(row("inputs", of(steps.inputBytes(done), steps.inputBytes(all))));
        lines.add(row("written", of(progress.bytesDone(), progress.bytesTotal())));
        if (steps.layerCount() > 1) {
            lines.add(row("layers", layers(done)));
        }
        String label = "now";
        for (PlanEntry entry : steps.next(done, MOST_NOW)) {
            lines.add(row(label, tensor(entry)));
            label = "";
        }
        return lines;
    }

    private String bar(MergeProgress progress) {
        String figures = String.format(
                Locale.ROOT,
                " %3.0f%%  %s/s%s",
                Math.floor(progress.fraction() * 100),
                ByteSize.format((long) (progress.bytesDone() / progress.seconds())),
                left(progress));
        return ProgressBar.of(progress.fraction(), Math.max(10, width - 34), unicode) + figures;
    }

    private static String left(MergeProgress progress) {
        if (progress.bytesDone() >= progress.bytesTotal()) {
            return "  writing to disk";
        }
        return Double.isNaN(progress.secondsLeft()) ? "" : "  " + Duration.format(progress.secondsLeft()) + " left";
    }

    private String tensors(int done, int all) {
        String copies =
                steps.copied(all) == 0 ? "" : ", " + steps.copied(done) + " of " + steps.copied(all) + " copied";
        return steps.merged(done) + " of " + steps.merged(all) + " merged" + copies;
    }

    private static String of(long done, long all) {
        return ByteSize.format(done) + " of " + ByteSize.format(all);
    }

    /** A cell for each layer, or for several where there are more layers than room. */
    private String layers(int done) {
        int count = steps.layerCount();
        String end = "  " + count(done) + " of " + count;
        int cells = Math.min(count, width - LABEL - end.length());
        StringBuilder strip = new StringBuilder();
        for (int cell = 0; cell < cells; cell++) {
            int first = (int) ((long) cell * count / cells);
            int last = (int) ((cell + 1L) * count / cells);
            double sum = 0;
            for (int layer = first; layer < last; layer++) {
                sum += steps.layer(layer, done);
            }
            boolean complete = sum == last - first;
            strip.append(complete ? (unicode ? '█' : '#') : sum > 0 ? (unicode ? '▒' : '+') : (unicode ? '░' : '.'));
        }
        return strip + end;
    }

    private int count(int done) {
        int complete = 0;
        for (int layer = 0; layer < steps.layerCount(); layer++) {
            complete += steps.layer(layer, done) == 1 ? 1 : 0;
        }
        return complete;
    }

    private String tensor(PlanEntry entry) {
        String what = "  " + entry.dtype() + " " + entry.shape() + "  " + ByteSize.format(entry.byteSize());
        return Fit.end(entry.name(), Math.max(10, width - LABEL - what.length()), unicode) + what;
    }

    private static String row(String label, String text) {
        return "  " + label + " ".repeat(LABEL - 2 - label.length()) + text;
    }

    @Override
    public void close() {
        screen.close();
    }
}
