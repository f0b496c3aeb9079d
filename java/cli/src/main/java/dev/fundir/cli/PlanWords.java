package dev.fundir.cli;

import dev.fundir.merge.MergePlan;
import dev.fundir.merge.PlanEntry;
import dev.fundir.merge.PlanInput;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How the tensors of a plan are made, in words. Parameters that are the same for all tensors are not said for each of
 * them, nor is the way that most tensors go.
 */
final class PlanWords {
    /** In the place of a value where tensors have several. */
    private static final Object DIFFERS = "differs, see the tensors";

    private final Map<String, Object> parameters = new LinkedHashMap<>();
    private final Map<Integer, Map<String, Object>> parametersOfInputs = new TreeMap<>();
    private final Treatment usual;
    private final boolean isAll;

    PlanWords(MergePlan plan) {
        for (PlanEntry entry : plan.entries()) {
            if (isMerged(entry)) {
                gather(entry.parameters(), parameters);
                entry.inputs()
                        .forEach(input -> gather(
                                input.parameters(),
                                parametersOfInputs.computeIfAbsent(input.input(), number -> new LinkedHashMap<>())));
            }
        }
        Map<Treatment, Integer> counts = new HashMap<>();
        plan.entries().forEach(entry -> counts.merge(full(entry), 1, Integer::sum));
        usual = counts.entrySet().stream()
                .filter(count -> count.getKey().isOfAnyLayer())
                .max(Map.Entry.<Treatment, Integer>comparingByValue()
                        .thenComparing(count -> count.getKey().text()))
                .map(Map.Entry::getKey)
                .orElse(Treatment.UNSAID);
        isAll = counts.size() == 1;
    }

    private static void gather(Map<String, Object> values, Map<String, Object> all) {
        values.forEach((name, value) -> all.merge(name, value, (a, b) -> a.equals(b) ? a : DIFFERS));
    }

    /** The parameters that are for no single input, and what they are for all tensors. */
    Map<String, Object> parameters() {
        return parameters;
    }

    /** What parameters of an input are for all tensors, such as {@code weight=0.6, density=0.3}; may be empty. */
    String parametersOf(int input) {
        return parametersOfInputs.getOrDefault(input, Map.of()).entrySet().stream()
                .filter(value -> value.getValue() != DIFFERS)
                .map(PlanWords::assignment)
                .collect(Collectors.joining(", "));
    }

    /** What to say above the tensors. */
    String heading() {
        if (usual.isUnsaid()) {
            return "Tensors";
        }
        return "Tensors, " + (isAll ? "all by " : "by ") + usual.text() + (isAll ? "" : " where nothing else is said");
    }

    /** What to say beside a tensor. */
    Treatment of(PlanEntry entry) {
        Treatment treatment = full(entry);
        return treatment.equals(usual) ? Treatment.UNSAID : treatment;
    }

    /** What is done for a tensor, with the full names that it has in inputs. */
    String line(PlanEntry entry) {
        return treatment(entry, input -> ":" + input.tensor());
    }

    private Treatment full(PlanEntry entry) {
        List<Long> shifts = new ArrayList<>();
        String text = treatment(entry, input -> otherName(entry.name(), input.tensor(), shifts));
        return new Treatment(text, List.copyOf(shifts));
    }

    /** What an input calls the tensor, where that is another name. */
    private interface Naming {
        String of(PlanInput input);
    }

    private String treatment(PlanEntry entry, Naming naming) {
        boolean isMerged = isMerged(entry);
        boolean ofOneDType =
                entry.inputs().stream().map(PlanInput::dtype).distinct().count() == 1;
        List<String> inputs = new ArrayList<>();
        for (PlanInput input : entry.inputs()) {
            inputs.add(input.input()
                    + (input.tensor().equals(entry.name()) ? "" : naming.of(input))
                    + (ofOneDType ? "" : " " + input.dtype())
                    + (isMerged ? differing(input.parameters(), parametersOfInputs.get(input.input())) : ""));
        }
        boolean isRetyped = ofOneDType && entry.inputs().get(0).dtype() != entry.dtype();
        return method(entry) + (isMerged ? differing(entry.parameters(), parameters) : "") + " of "
                + String.join(", ", inputs)
                + (isRetyped ? " from " + entry.inputs().get(0).dtype() : "");
    }

    private static String differing(Map<String, Object> values, Map<String, Object> shared) {
        String said = values.entrySet().stream()
                .filter(value -> Objects.equals(shared.get(value.getKey()), DIFFERS))
                .map(PlanWords::assignment)
                .collect(Collectors.joining(", "));
        return said.isEmpty() ? "" : "(" + said + ")";
    }

    private static String assignment(Map.Entry<String, Object> value) {
        return value.getKey() + "=" + value.getValue();
    }

    private static String method(PlanEntry entry) {
        return isConverted(entry) ? "conversion" : entry.method();
    }

    private static boolean isMerged(PlanEntry entry) {
        return !MergeSteps.isCopied(entry) && !isConverted(entry);
    }

    /** The engine converts a tensor as a weighted sum of one. */
    private static boolean isConverted(PlanEntry entry) {
        return entry.method().equals("linear") && entry.inputs().size() == 1;
    }

    /** The layer, with a number that is counted from that of {@code own}, where that is all that differs. */
    private static String otherName(String own, String other, List<Long> shifts) {
        String ownLayer = LayerName.of(own);
        String otherLayer = LayerName.of(other);
        int begin = ownLayer.lastIndexOf('.') + 1;
        boolean isShifted = LayerName.within(own).equals(LayerName.within(other))
                && otherLayer.startsWith(ownLayer.substring(0, begin))
                && otherLayer.indexOf('.', begin) < 0;
        if (!isShifted) {
            return ":" + other;
        }
        try {
            long shift = Long.parseLong(otherLayer.substring(begin)) - Long.parseLong(ownLayer.substring(begin));
            shifts.add(shift);
            return ":" + otherLayer.substring(0, begin) + Treatment.LAYER;
        } catch (NumberFormatException e) {
            return ":" + other;
        }
    }
}
