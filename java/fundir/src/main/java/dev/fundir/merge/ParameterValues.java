package dev.fundir.merge;

import dev.fundir.merge.MergeException.Kind;
import dev.fundir.merge.MergeParameter.Scope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The value of every parameter of a method, as numbers.
 *
 * @param shared by name
 * @param models by name, a map for each model
 */
record ParameterValues(Map<String, Double> shared, List<Map<String, Double>> models)
        implements Arrangement.TensorParameters {

    /** The same for all tensors. */
    @Override
    public ParameterValues of(String output, List<String> inputs, double depth) {
        return this;
    }

    /** Finds each value: a model's own, else its place in a list, else the one for all, else the default. */
    static ParameterValues resolve(MergeMethod method, MergeRequest request, Participants who, Problems problems) {
        return new Resolution(method, request, who, problems).resolve();
    }

    private record Resolution(MergeMethod method, MergeRequest request, Participants who, Problems problems) {

        ParameterValues resolve() {
            checkNames();
            Map<String, Double> shared = new LinkedHashMap<>();
            List<Map<String, Double>> models = new ArrayList<>();
            who.models().forEach(model -> models.add(new LinkedHashMap<>()));
            for (MergeParameter parameter : method.parameters()) {
                if (parameter.scope() == Scope.SHARED) {
                    sharedValue(parameter).ifPresent(value -> shared.put(parameter.name(), value));
                } else {
                    fillModels(parameter, models);
                }
            }
            method.fixed().forEach((parameter, value) -> {
                if (parameter.scope() == Scope.SHARED) {
                    shared.put(parameter.name(), value);
                } else {
                    models.forEach(model -> model.put(parameter.name(), value));
                }
            });
            return new ParameterValues(shared, models);
        }

        private void checkNames() {
            checkKnown(request.parameters().keySet(), "");
            checkKnown(request.perModel().keySet(), "");
            for (MergeRequest.Model model : who.models()) {
                checkKnown(model.parameters().keySet(), model.path() + ": ");
                checkOfModels(model.parameters().keySet());
            }
            checkOfModels(request.perModel().keySet());
            if (!who.baseParameters().isEmpty()) {
                problems.add(
                        Kind.PARAMETER,
                        who.base().orElseThrow() + " is the base"
                                + (who.promoted() ? ", being the first model" : "") + ", and a base has no "
                                + String.join(", ", who.baseParameters().keySet()));
            }
        }

        private void checkKnown(Collection<String> names, String where) {
            for (String name : names) {
                if (method.parameter(name).isEmpty()) {
                    problems.add(Kind.PARAMETER, where + method.noParameter(name));
                }
            }
        }

        private void checkOfModels(Collection<String> names) {
            for (String name : names) {
                Optional<MergeParameter> parameter = method.parameter(name);
                if (parameter.isPresent() && parameter.get().scope() == Scope.SHARED) {
                    problems.add(Kind.PARAMETER, method.noParameterOfModel(name));
                }
            }
        }

        private Optional<Double> sharedValue(MergeParameter parameter) {
            Object given = request.parameters().get(parameter.name());
            if (given != null) {
                return encode(parameter, given, "");
            }
            if (parameter.defaultValue().isEmpty()) {
                problems.add(Kind.PARAMETER, "parameter " + parameter.name() + " is missing: " + method + " needs it");
                return Optional.empty();
            }
            return Optional.of(parameter.defaultValue().getAsDouble());
        }

        private void fillModels(MergeParameter parameter, List<Map<String, Double>> models) {
            String name = parameter.name();
            List<Object> list = request.perModel().get(name);
            if (list != null && list.size() != models.size()) {
                problems.add(
                        Kind.PARAMETER,
                        "parameter " + name + " has " + list.size() + (list.size() == 1 ? " value" : " values")
                                + " for "
                                + models.size() + (models.size() == 1 ? " model" : " models")
                                + (who.promoted() ? "; the first model is the base and has none" : "")
                                + (who.named() && !who.promoted() ? "; the base among them has none" : ""));
                return;
            }
            List<String> without = new ArrayList<>();
            for (int i = 0; i < models.size(); i++) {
                MergeRequest.Model model = who.models().get(i);
                Object own = model.parameters().get(name);
                Object given = own != null
                        ? own
                        : list != null ? list.get(i) : request.parameters().get(name);
                Map<String, Double> values = models.get(i);
                if (given != null) {
                    encode(parameter, given, own != null ? model.path() + ": " : "")
                            .ifPresent(value -> values.put(name, value));
                } else if (parameter.defaultValue().isPresent()) {
                    values.put(name, parameter.defaultValue().getAsDouble());
                } else {
                    without.add(model.path().toString());
                }
            }
            if (!without.isEmpty()) {
                problems.add(
                        Kind.PARAMETER,
                        "parameter " + name + " is missing for " + Problems.list(without) + ": " + method
                                + " needs one for each model");
            }
        }

        private Optional<Double> encode(MergeParameter parameter, Object given, String where) {
            try {
                return Optional.of(parameter.encode(given));
            } catch (IllegalArgumentException e) {
                problems.add(Kind.PARAMETER, where + e.getMessage());
                return Optional.empty();
            }
        }
    }
}
