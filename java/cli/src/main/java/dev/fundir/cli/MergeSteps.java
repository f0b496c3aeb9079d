package dev.fundir.cli;

import dev.fundir.merge.MergePlan;
import dev.fundir.merge.PlanEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is done of a plan after some of its tensors. The engine opens tensors in the order of the plan and has only one
 * more than it has threads open, so of {@code n} that are complete nearly all are the first {@code n}.
 */
final class MergeSteps {
    private final List<PlanEntry> entries;
    /** At {@code i}: of the first {@code i} tensors. */
    private final long[] inputBytes;

    private final int[] copied;
    /** The places of each layer's tensors in the plan, ascending; the layers in natural order. */
    private final List<int[]> layers;

    private MergeSteps(List<PlanEntry> entries) {
        this.entries = entries;
        inputBytes = new long[entries.size() + 1];
        copied = new int[entries.size() + 1];
        Map<String, List<Integer>> byLayer =
                new TreeMap<>(Comparator.<String, String>comparing(name -> name, NaturalOrder.INSTANCE));
        for (int i = 0; i < entries.size(); i++) {
            PlanEntry entry = entries.get(i);
            inputBytes[i + 1] = inputBytes[i]
                    + entry.inputs().stream()
                            .mapToLong(input -> input.byteSize())
                            .sum();
            copied[i + 1] = copied[i] + (isCopied(entry) ? 1 : 0);
            String layer = layer(entry.name());
            if (!layer.isEmpty()) {
                byLayer.computeIfAbsent(layer, name -> new ArrayList<>()).add(i);
            }
        }
        layers = byLayer.values().stream()
                .map(places -> places.stream().mapToInt(Integer::intValue).toArray())
                .toList();
    }

    static MergeSteps of(MergePlan plan) {
        return new MergeSteps(plan.entries());
    }

    /** Whether a tensor's bytes are taken as they are. */
    static boolean isCopied(PlanEntry entry) {
        return entry.method().equals("copy") || entry.method().equals("identical");
    }

    /** The name up to its first number, which is what tells layers apart; empty where it has none. */
    private static String layer(String name) {
        int begin = 0;
        while (begin < name.length()) {
            int end = name.indexOf('.', begin) < 0 ? name.length() : name.indexOf('.', begin);
            if (end > begin && name.substring(begin, end).chars().allMatch(c -> c >= '0' && c <= '9')) {
                return name.substring(0, end);
            }
            begin = end + 1;
        }
        return "";
    }

    int count() {
        return entries.size();
    }

    /** How many of the first {@code done} tensors are copies. */
    int copied(int done) {
        return copied[done];
    }

    /** How many of the first {@code done} tensors are computed. */
    int merged(int done) {
        return done - copied[done];
    }

    /** Bytes of the inputs of the first {@code done} tensors. */
    long inputBytes(int done) {
        return inputBytes[done];
    }

    /** The tensors that come after the first {@code done}. */
    List<PlanEntry> next(int done, int most) {
        return entries.subList(done, Math.min(entries.size(), done + most));
    }

    int layerCount() {
        return layers.size();
    }

    /** How much of a layer, in natural order, is done: 0 to 1. */
    double layer(int number, int done) {
        int[] places = layers.get(number);
        int complete = 0;
        while (complete < places.length && places[complete] < done) {
            complete++;
        }
        return (double) complete / places.length;
    }
}
