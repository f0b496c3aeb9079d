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
import java.util.stream.Collectors;

/** The plan of a merge as {@code --dry-run} shows it: the inputs by number, a line for each tensor, the totals. */
final class PlanText {
    private PlanText() {}

    static void write(MergePlan plan, PrintWriter out) {
        out.println("Inputs");
        files(plan).forEach((input, files) -> {
            for (Path file : files) {
                out.println("  " + input + (input == 0 ? " (base)  " : "  ") + file);
            }
        });
        out.println();
        out.println("Tensors");
        for (PlanEntry entry : plan.entries()) {
            out.println("  " + line(entry));
        }
        out.println();
        out.println("Outputs");
        plan.outputs().forEach(file -> out.println("  " + file));
        out.println();
        out.println(plan.entries().size() + " tensors by " + plan.method().label() + draws(plan) + "; takes in "
                + ByteSize.format(plan.inputBytes()) + ", writes " + ByteSize.format(plan.bytesToWrite())
                + ", with at most " + ByteSize.format(plan.memory()) + " of memory and "
                + ByteSize.format(plan.temporarySpace()) + " of temporary space; nothing was written");
    }

    private static Map<Integer, Set<Path>> files(MergePlan plan) {
        Map<Integer, Set<Path>> files = new TreeMap<>();
        for (PlanEntry entry : plan.entries()) {
            for (PlanInput input : entry.inputs()) {
                files.computeIfAbsent(input.input(), number -> new TreeSet<>()).add(input.file());
            }
        }
        return files;
    }

    /** What random masks are drawn from, by methods that have some. */
    private static String draws(MergePlan plan) {
        return ", seed " + Long.toUnsignedString(plan.seed()) + " of "
                + plan.rng().label();
    }

    /**
     * Such as {@code norm.weight BF16 [64] ties(lambda=1.0) of 0, 1(weight=1.0, density=0.2)}; with the name that the
     * tensor has in an input where it is another.
     */
    private static String line(PlanEntry entry) {
        String inputs = entry.inputs().stream()
                .map(input -> input.input()
                        + (input.tensor().equals(entry.name()) ? "" : ":" + input.tensor())
                        + parameters(input.parameters()))
                .collect(Collectors.joining(", "));
        return entry.name() + "  " + entry.dtype() + " " + entry.shape() + "  " + entry.method()
                + parameters(entry.parameters()) + " of " + inputs;
    }

    private static String parameters(Map<String, Object> values) {
        return values.isEmpty()
                ? ""
                : values.entrySet().stream()
                        .map(value -> value.getKey() + "=" + value.getValue())
                        .collect(Collectors.joining(", ", "(", ")"));
    }
}
