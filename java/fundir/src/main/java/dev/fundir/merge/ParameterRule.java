package dev.fundir.merge;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What values that are each in range must be together. The engine checks the same when it comes to a tensor; known
 * here, it is said before any is read.
 */
@FunctionalInterface
interface ParameterRule {
    /**
     * Checks the values for a tensor.
     *
     * @param models the models that have the tensor, by their places among those of the values
     */
    Optional<Violation> check(ParameterValues values, List<Integer> models);

    /**
     * Values that do not go together.
     *
     * @param parameter the one to change
     * @param model whose value it is, or the first whose value it is
     */
    record Violation(String parameter, int model, String sentence) {}

    /** The rule of a method. */
    static ParameterRule of(MergeMethod method) {
        return switch (method.engineName()) {
            case "della", "della_linear" -> ParameterRule::keptWithAProbability;
            case "linear" -> (values, models) -> weightsHaveASum("normalize", 1, values, models);
            case "multislerp" -> (values, models) -> weightsHaveASum("normalize_weights", 2, values, models);
            default -> (values, models) -> Optional.empty();
        };
    }

    /** Elements are kept with probabilities from density − epsilon to density + epsilon, unless all or none are. */
    private static Optional<Violation> keptWithAProbability(ParameterValues values, List<Integer> models) {
        for (int model : models) {
            Map<String, Double> own = values.models().get(model);
            if (!own.containsKey("density") || !own.containsKey("epsilon")) {
                continue;
            }
            double density = own.get("density");
            double epsilon = own.get("epsilon");
            boolean draws = density > 0 && density < 1;
            if (draws && !(density - epsilon > 0 && density + epsilon < 1)) {
                return Optional.of(new Violation(
                        "density",
                        model,
                        "density " + plain(density) + " with epsilon " + plain(epsilon) + " gives probabilities from "
                                + plain(density - epsilon) + " to " + plain(density + epsilon)
                                + ", but they must lie between 0 and 1: choose a smaller epsilon"));
            }
        }
        return Optional.empty();
    }

    /** What is divided by the sum of the weights needs one that is not 0. */
    private static Optional<Violation> weightsHaveASum(
            String normalize, int fewest, ParameterValues values, List<Integer> models) {
        List<Double> weights = models.stream()
                .map(model -> values.models().get(model).get("weight"))
                .toList();
        boolean normalizes = values.shared().getOrDefault(normalize, 0.0) != 0;
        if (!normalizes || models.size() < fewest || weights.contains(null)) {
            return Optional.empty();
        }
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        return sum == 0
                ? Optional.of(new Violation(
                        "weight",
                        models.get(0),
                        "the weights add up to 0, so they cannot be normalized: change one, or set " + normalize
                                + " to false"))
                : Optional.empty();
    }

    /** Rounded to what somebody may have written: 0.1 + 0.2 is 0.3. */
    private static String plain(double number) {
        return new BigDecimal(number)
                .round(new MathContext(9))
                .stripTrailingZeros()
                .toPlainString();
    }
}
