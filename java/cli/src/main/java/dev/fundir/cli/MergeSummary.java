package dev.fundir.cli;

import dev.fundir.Checkpoint;
import dev.fundir.merge.MergePlan;
import dev.fundir.merge.MergeResult;
import java.io.PrintWriter;

/** What {@code merge} says when it is done. */
final class MergeSummary {
    private MergeSummary() {}

    /**
     * Writes it.
     *
     * @param noticesShown how many notices the user has been shown
     */
    static void write(MergePlan plan, MergeResult result, int noticesShown, PrintWriter out) {
        Checkpoint output = result.checkpoint();
        MergeTally tally = MergeTally.of(plan);
        TextTable table = new TextTable();
        table.row("method", plan.method().label() + " of " + tally.models());
        tally.addTo(table);
        table.row(
                "output",
                output.tensorCount() + (output.tensorCount() == 1 ? " tensor, " : " tensors, ")
                        + ByteSize.count(output.parameterCount()) + " parameters, "
                        + ByteSize.format(output.byteSize())
                        + files(output.files().size()));
        table.row("read", ByteSize.format(result.bytesRead()));
        table.row("written", ByteSize.format(result.bytesWritten()));
        long moved = result.bytesRead() + result.bytesWritten();
        table.row(
                "took",
                Duration.format(result.seconds()) + ", " + ByteSize.format((long) (moved / result.seconds())) + "/s"
                        + memory(result.peakMemoryBytes()));
        if (noticesShown > 0) {
            table.row("notices", noticesShown + ", above");
        }
        out.println(plan.output());
        table.write(out);
    }

    private static String files(int count) {
        return count == 1 ? "" : " in " + count + " files";
    }

    private static String memory(long peak) {
        return peak == 0 ? "" : ", with " + ByteSize.format(peak) + " of memory at most";
    }
}
