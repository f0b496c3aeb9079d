package dev.fundir.merge;

import dev.fundir.internal.document.Place;
import dev.fundir.internal.recipe.Located;
import dev.fundir.internal.recipe.ParameterSetting;
import dev.fundir.internal.recipe.Parameters;
import dev.fundir.internal.recipe.Recipe;
import dev.fundir.merge.MergeParameter.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The parameters of a part of the output as its recipe gives them: what a model says comes before what its slice says,
 * and that before what is said for all, by the caller or else by the recipe.
 */
final class RecipeParameters implements Arrangement.TensorParameters {
    private final Path file;
    private final Recipe recipe;
    private final Recipe.Slice slice;
    private final MergeMethod method;
    private final List<Recipe.Source> models;
    private final int basesBefore;
    private final Overrides overrides;
    private final Map<Located<String>, List<String>> missing = new LinkedHashMap<>();

    /**
     * Gathers what is said.
     *
     * @param models the sources but the base
     * @param basesBefore 1 if the first source is a base, else 0
     */
    RecipeParameters(
            Path file,
            Recipe recipe,
            Recipe.Slice slice,
            MergeMethod method,
            List<Recipe.Source> models,
            int basesBefore,
            Overrides overrides) {
        this.file = file;
        this.recipe = recipe;
        this.slice = slice;
        this.method = method;
        this.models = List.copyOf(models);
        this.basesBefore = basesBefore;
        this.overrides = overrides;
    }

    @Override
    public ParameterValues of(String output, List<String> inputs, double depth) {
        Map<String, Double> values = new LinkedHashMap<>();
        List<Map<String, Double>> ofModels = new ArrayList<>();
        models.forEach(model -> ofModels.add(new LinkedHashMap<>()));
        for (MergeParameter parameter : method.parameters()) {
            if (parameter.scope() == Scope.SHARED) {
                put(values, parameter, Optional.empty(), output, depth);
            } else {
                for (int i = 0; i < models.size(); i++) {
                    put(ofModels.get(i), parameter, Optional.of(models.get(i)), inputs.get(basesBefore + i), depth);
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
        missing.forEach((what, tensors) -> problems.at(
                file,
                what.place(),
                what.value() + " for " + Problems.list(tensors) + ": no filter fits, and it has no default"));
    }

    @Override
    public Optional<Place> place(String parameter, int model, Site site) {
        Recipe.Source source = models.get(model);
        String tensor = site.names().get(basesBefore + model);
        return closer(parameter, Optional.of(source), tensor)
                .or(() -> overrides.mentions(parameter) ? Optional.empty() : recipeWide(parameter, tensor))
                .map(Located::place);
    }

    private void put(
            Map<String, Double> values,
            MergeParameter parameter,
            Optional<Recipe.Source> model,
            String tensor,
            double depth) {
        Optional<ParameterSetting> found = find(parameter.name(), model, tensor);
        OptionalDouble value =
                found.isPresent() ? OptionalDouble.of(value(parameter, found.get(), depth)) : parameter.defaultValue();
        if (value.isPresent()) {
            values.put(parameter.name(), value.getAsDouble());
        } else if (!overrides.mentions(parameter.name())) {
            Located<String> who =
                    model.flatMap(Recipe.Source::model).or(recipe::method).orElseThrow();
            String what =
                    (model.isPresent() ? who.value() + ": " : "") + "parameter " + parameter.name() + " is missing";
            missing.computeIfAbsent(new Located<>(who.place(), what), key -> new ArrayList<>())
                    .add(tensor);
        }
    }

    private Optional<ParameterSetting> find(String parameter, Optional<Recipe.Source> model, String tensor) {
        Optional<ParameterSetting> closer = closer(parameter, model, tensor).map(Located::value);
        if (closer.isPresent()) {
            overrides.passOver(parameter);
            return closer;
        }
        return overrides.take(parameter).or(() -> recipeWide(parameter, tensor).map(Located::value));
    }

    /** What the model or the slice says. */
    private Optional<Located<ParameterSetting>> closer(String parameter, Optional<Recipe.Source> model, String tensor) {
        return model.flatMap(source -> said(source.parameters(), parameter, tensor))
                .or(() -> said(slice.parameters(), parameter, tensor));
    }

    /** What the recipe says for all. */
    private Optional<Located<ParameterSetting>> recipeWide(String parameter, String tensor) {
        return said(recipe.parameters(), parameter, tensor);
    }

    private static Optional<Located<ParameterSetting>> said(Parameters parameters, String parameter, String tensor) {
        return Optional.ofNullable(parameters.settings().get(parameter)).flatMap(setting -> setting.value()
                .of(tensor)
                .map(found -> new Located<>(
                        found instanceof ParameterSetting.Scalar scalar ? scalar.place() : setting.place(), found)));
    }

    /**
     * Numbers are interpolated between the points of a gradient; of words, truths and counts the point before counts.
     */
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
