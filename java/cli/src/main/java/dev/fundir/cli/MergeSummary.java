package dev.fundir.cli;

import dev.fundir.merge.MergePlan;
import dev.fundir.merge.MergeResult;
import java.io.PrintWriter;

/** What {@code merge} says when it is done. */
final class MergeSummary {
    private MergeSummary() {}

    static void write(MergePlan plan, MergeResult result, PrintWriter out) {
        long moved = result.bytesRead() + result.bytesWritten();
        out.println(plan.output());
        out.printf(
                "  %s: %d tensors, %s parameters, %s%n",
                plan.method().label(),
                result.checkpoint().tensorCount(),
                ByteSize.count(result.checkpoint().parameterCount()),
                ByteSize.format(result.checkpoint().byteSize()));
        out.printf(
                "  %d merged, %d copied, in %s (%s read and written, %s/s)%n",
                result.tensorsMerged(),
                result.tensorsCopied(),
                Duration.format(result.seconds()),
                ByteSize.format(moved),
                ByteSize.format((long) (moved / result.seconds())));
    }
}
