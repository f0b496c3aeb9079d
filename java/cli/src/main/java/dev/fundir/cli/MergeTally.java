package dev.fundir.cli;

import dev.fundir.merge.MergePlan;
import dev.fundir.merge.PlanEntry;
import dev.fundir.merge.PlanInput;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What becomes of the tensors of a merge, in numbers.
 *
 * @param inputs the numbers of all inputs that tensors are made of; 0 is the base
 * @param merged how many are computed of their inputs
 * @param copied how many are taken as they are, by the reason
 * @param retyped how many have another dtype than all their inputs, by both
 */
record MergeTally(Set<Integer> inputs, long merged, Map<String, Long> copied, Map<String, Long> retyped) {
    private static final int BASE = 0;

    static MergeTally of(MergePlan plan) {
        Set<Integer> inputs = new TreeSet<>();
        long merged = 0;
        Map<String, Long> copied = new TreeMap<>();
        Map<String, Long> retyped = new TreeMap<>();
        for (PlanEntry entry : plan.entries()) {
            Set<String> dtypes = new TreeSet<>();
            for (PlanInput input : entry.inputs()) {
                inputs.add(input.input());
                dtypes.add(input.dtype().name());
            }
            if (MergeSteps.isCopied(entry)) {
                copied.merge(reason(entry), 1L, Long::sum);
            } else {
                merged++;
            }
            if (!dtypes.equals(Set.of(entry.dtype().name()))) {
                retyped.merge(String.join(" and ", dtypes) + " to " + entry.dtype(), 1L, Long::sum);
            }
        }
        return new MergeTally(inputs, merged, copied, retyped);
    }

    private static String reason(PlanEntry entry) {
        if (entry.inputs().size() > 1) {
            return "the same in all inputs, no floats";
        }
        return entry.dtype().isFloat() ? "taken from one input" : "no floats";
    }

    /** Such as {@code 2 models and a base}. */
    String models() {
        int models = inputs.size() - (inputs.contains(BASE) ? 1 : 0);
        return models + (models == 1 ? " model" : " models") + (inputs.contains(BASE) ? " and a base" : "");
    }

    /** Adds a row for each thing that became of tensors. */
    void addTo(TextTable table) {
        table.row("merged", tensors(merged));
        addTo(table, "copied", copied);
        addTo(table, "retyped", retyped);
    }

    private static void addTo(TextTable table, String label, Map<String, Long> counts) {
        if (!counts.isEmpty()) {
            table.row(
                    label,
                    counts.entrySet().stream()
                            .map(count -> tensors(count.getValue()) + ", " + count.getKey())
                            .collect(Collectors.joining("; ")));
        }
    }

    private static String tensors(long count) {
        return count == 1 ? "1 tensor" : count + " tensors";
    }
}
