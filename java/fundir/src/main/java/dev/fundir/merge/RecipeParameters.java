package dev.fundir.merge;

import dev.fundir.internal.recipe.ParameterSetting;
import dev.fundir.merge.MergeException.Kind;
import dev.fundir.merge.MergeParameter.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The parameters of a part of the output as its recipe gives them: what a model says comes before what its slice says,
 * and that before what is said for all.
 */
final class RecipeParameters implements Arrangement.TensorParameters {
    /**
     * What is said about a source.
     *
     * @param name what messages call it, with its place
     */
    record Model(String name, Map<String, ParameterSetting> settings) {}

    private final MergeMethod method;
    private final List<Map<String, ParameterSetting>> shared;
    private final List<Model> models;
    private final int basesBefore;
    private final Map<String, List<String>> missing = new LinkedHashMap<>();

    /**
     * Gathers what is said.
     *
     * @param shared the slice's and those of the whole merge, in this order
     * @param models the sources but the base
     * @param basesBefore 1 if the first source is a base, else 0
     */
    RecipeParameters(
            MergeMethod method, List<Map<String, ParameterSetting>> shared, List<Model> models, int basesBefore) {
        this.method = method;
        this.shared = List.copyOf(shared);
        this.models = List.copyOf(models);
        this.basesBefore = basesBefore;
    }

    @Override
    public ParameterValues of(String output, List<String> inputs, double depth) {
        Map<String, Double> values = new LinkedHashMap<>();
        List<Map<String, Double>> ofModels = new ArrayList<>();
        models.forEach(model -> ofModels.add(new LinkedHashMap<>()));
        for (MergeParameter parameter : method.parameters()) {
            if (parameter.scope() == Scope.SHARED) {
                put(values, parameter, find(parameter, shared, output, depth), "", output);
            } else {
                for (int i = 0; i < models.size(); i++) {
                    Model model = models.get(i);
                    List<Map<String, ParameterSetting>> chain = new ArrayList<>();
                    chain.add(model.settings());
                    chain.addAll(shared);
                    String name = inputs.get(basesBefore + i);
                    put(ofModels.get(i), parameter, find(parameter, chain, name, depth), model.name(), name);
                }
            }
        }
        method.fixed().forEach((parameter, value) -> {
            if (parameter.scope() == Scope.SHARED) {
                values.put(parameter.name(), value);
            } else {
                ofModels.forEach(model -> model.put(parameter.name(), value));
            }
        });
        return new ParameterValues(values, ofModels);
    }

    @Override
    public void report(Problems problems) {
        missing.forEach((what, tensors) -> problems.add(
                Kind.PARAMETER, what + " for " + Problems.list(tensors) + ": no filter fits, and it has no default"));
    }

    private void put(
            Map<String, Double> values, MergeParameter parameter, OptionalDouble value, String model, String tensor) {
        if (value.isPresent()) {
            values.put(parameter.name(), value.getAsDouble());
        } else {
            String what = (model.isEmpty() ? "" : model + ": ") + "parameter " + parameter.name() + " is missing";
            missing.computeIfAbsent(what, key -> new ArrayList<>()).add(tensor);
        }
    }

    private static OptionalDouble find(
            MergeParameter parameter, List<Map<String, ParameterSetting>> chain, String tensor, double depth) {
        for (Map<String, ParameterSetting> settings : chain) {
            Optional<ParameterSetting> found =
                    Optional.ofNullable(settings.get(parameter.name())).flatMap(setting -> setting.of(tensor));
            if (found.isPresent()) {
                return OptionalDouble.of(value(parameter, found.get(), depth));
            }
        }
        return parameter.defaultValue();
    }

    /** Numbers are interpolated between the points of a gradient; of words and truths the point before counts. */
    private static double value(MergeParameter parameter, ParameterSetting setting, double depth) {
        List<ParameterSetting.Scalar> points = setting.scalars();
        double place = depth * (points.size() - 1);
        int before = (int) place;
        double first = parameter.encode(points.get(before).value());
        if (parameter.kind() != MergeParameter.Kind.NUMBER || before == points.size() - 1) {
            return first;
        }
        double part = place - before;
        return (1 - part) * first
                + part * parameter.encode(points.get(before + 1).value());
    }
}
