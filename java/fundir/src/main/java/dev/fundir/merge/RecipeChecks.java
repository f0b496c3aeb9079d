package dev.fundir.merge;

import dev.fundir.internal.NearNames;
import dev.fundir.internal.document.Place;
import dev.fundir.internal.recipe.ParameterSetting;
import dev.fundir.internal.recipe.Parameters;
import dev.fundir.internal.recipe.Recipe;
import dev.fundir.merge.MergeException.Kind;
import dev.fundir.merge.MergeParameter.Scope;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Checks the parameters of a recipe against those of its method. A mistake is reported once. */
final class RecipeChecks {
    private final MergeMethod method;
    private final Overrides overrides;
    private final BiConsumer<Place, String> problems;

    RecipeChecks(MergeMethod method, Overrides overrides, BiConsumer<Place, String> problems) {
        this.method = method;
        this.overrides = overrides;
        this.problems = problems;
    }

    /** Checks the parameters that the caller sets, and takes those that can be used. */
    void overrides(Map<String, Object> given, Problems ofCaller) {
        given.forEach((name, value) -> {
            try {
                method.parameter(name)
                        .orElseThrow(() -> new IllegalArgumentException(method.noParameter(name)))
                        .encode(value);
                overrides.put(name, value);
            } catch (IllegalArgumentException e) {
                ofCaller.add(Kind.PARAMETER, e.getMessage());
                overrides.refuse(name);
                NearNames.of(name, method.parameterNames()).forEach(overrides::refuse);
            }
        });
    }

    /** Checks names and values of parameters. */
    void settings(Parameters parameters, boolean ofModel) {
        parameters.settings().forEach((name, setting) -> {
            Optional<MergeParameter> parameter = method.parameter(name);
            if (parameter.isEmpty()) {
                problems.accept(setting.place(), method.noParameter(name));
            } else if (ofModel && parameter.get().scope() == Scope.SHARED) {
                problems.accept(setting.place(), method.noParameterOfModel(name));
            } else {
                setting.value().scalars().forEach(scalar -> value(parameter.get(), scalar));
            }
        });
    }

    private void value(MergeParameter parameter, ParameterSetting.Scalar scalar) {
        try {
            parameter.encode(scalar.value());
        } catch (IllegalArgumentException e) {
            problems.accept(scalar.place(), e.getMessage());
        }
    }

    /** What no filter can make up for is missing for all tensors. */
    void required(Recipe.Source model, Recipe recipe, Recipe.Slice slice) {
        List<Parameters> chain = List.of(model.parameters(), slice.parameters(), recipe.parameters());
        for (MergeParameter parameter : method.parameters()) {
            if (parameter.scope() == Scope.MODEL && isMissing(parameter, chain)) {
                model.model()
                        .ifPresent(name -> problems.accept(
                                name.place(),
                                "parameter " + parameter.name() + " is missing for " + name.value() + ": " + method
                                        + " needs one for each model"));
            }
        }
    }

    /** As for a model, of the parameters that all models share. */
    void requiredOfAll(Recipe recipe, Recipe.Slice slice) {
        List<Parameters> chain = List.of(slice.parameters(), recipe.parameters());
        for (MergeParameter parameter : method.parameters()) {
            if (parameter.scope() == Scope.SHARED && isMissing(parameter, chain)) {
                problems.accept(
                        recipe.method().orElseThrow().place(),
                        "parameter " + parameter.name() + " is missing: " + method + " needs it");
            }
        }
    }

    private boolean isMissing(MergeParameter parameter, List<Parameters> chain) {
        return parameter.defaultValue().isEmpty()
                && !overrides.mentions(parameter.name())
                && chain.stream().noneMatch(said -> mentions(said, parameter.name()));
    }

    /** Whether a parameter is there, or an unknown one of nearly its name, or may be. */
    private boolean mentions(Parameters said, String parameter) {
        return !said.areComplete()
                || said.settings().containsKey(parameter)
                || said.settings().keySet().stream()
                        .filter(name -> method.parameter(name).isEmpty())
                        .anyMatch(name ->
                                NearNames.of(name, method.parameterNames()).contains(parameter));
    }
}
