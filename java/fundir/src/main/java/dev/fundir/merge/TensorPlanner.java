package dev.fundir.merge;

import dev.fundir.DType;
import dev.fundir.Tensor;
import dev.fundir.merge.Inputs.Found;
import dev.fundir.merge.MergeException.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Decides for every tensor whether and how it is merged, and collects those for which it cannot be. */
final class TensorPlanner {
    /** The dtypes that the engine computes with. */
    static final Set<DType> MERGEABLE = EnumSet.of(DType.F16, DType.BF16, DType.F32, DType.F64);

    /** The place of a base among the inputs. */
    private static final int BASE = 0;

    private final MergeRequest request;
    private final MergeMethod method;
    private final ParameterValues values;
    private final Participants who;
    private final Inputs inputs;
    private final Map<List<Integer>, Setting> settings = new HashMap<>();

    private final List<List<String>> lacking = new ArrayList<>();
    private final List<String> withoutBase = new ArrayList<>();
    private final List<String> withTooFew = new ArrayList<>();
    private final List<String> shapesDiffer = new ArrayList<>();
    private final List<String> dtypesDiffer = new ArrayList<>();

    TensorPlanner(MergeRequest request, MergeMethod method, ParameterValues values, Participants who, Inputs inputs) {
        this.request = request;
        this.method = method;
        this.values = values;
        this.who = who;
        this.inputs = inputs;
        IntStream.range(0, inputs.count()).forEach(input -> lacking.add(new ArrayList<>()));
    }

    /** The tensors of the output in name order; those that have a problem are left out. */
    List<PlannedTensor> plan(Problems problems) {
        List<PlannedTensor> planned = new ArrayList<>();
        for (String name : inputs.names()) {
            decide(name, inputs.find(name)).ifPresent(planned::add);
        }
        report(problems);
        return planned;
    }

    private Optional<PlannedTensor> decide(String name, List<Found> found) {
        if (found.size() < inputs.count() && request.missing() == Missing.ERROR) {
            noteLacking(name, found);
            return Optional.empty();
        }
        if (countDistinct(found, tensor -> Arrays.toString(tensor.shape())) > 1) {
            shapesDiffer.add(name + describe(found, tensor -> Arrays.toString(tensor.shape())));
            return Optional.empty();
        }
        long mergeable = found.stream()
                .filter(each -> MERGEABLE.contains(each.tensor().dtype()))
                .count();
        if (mergeable == found.size()) {
            return merged(name, found);
        }
        return mergeable == 0 ? copied(name, found) : unlikeDTypes(name, found);
    }

    private Optional<PlannedTensor> merged(String name, List<Found> found) {
        DType dtype = request.outputDType().orElseGet(() -> commonDType(found));
        if (found.size() == 1 && inputs.count() > 1) {
            DType own = found.get(0).tensor().dtype();
            return Optional.of(planned(dtype == own ? Setting.COPY : Setting.CONVERT, dtype, found));
        }
        boolean withBase = who.base().isPresent();
        if (withBase && found.get(0).input() != BASE) {
            withoutBase.add(name);
            return Optional.empty();
        }
        List<Integer> models = found.stream()
                .skip(withBase ? 1 : 0)
                .map(each -> each.input() - (withBase ? 1 : 0))
                .toList();
        if (models.size() < method.fewestModels()) {
            withTooFew.add(name);
            return Optional.empty();
        }
        Setting setting = settings.computeIfAbsent(models, some -> Setting.of(method, values, withBase, some));
        return Optional.of(planned(setting, dtype, found));
    }

    private Optional<PlannedTensor> copied(String name, List<Found> found) {
        if (request.nonFloat() == NonFloat.ERROR && found.size() > 1) {
            return countDistinct(found, Tensor::dtype) == 1
                    ? Optional.of(
                            planned(Setting.IDENTICAL, found.get(0).tensor().dtype(), found))
                    : unlikeDTypes(name, found);
        }
        boolean ofModel = request.nonFloat() == NonFloat.FIRST && who.base().isPresent() && !who.promoted();
        Found from = found.stream()
                .filter(each -> !ofModel || each.input() != BASE)
                .findFirst()
                .orElse(found.get(0));
        return Optional.of(planned(Setting.COPY, from.tensor().dtype(), List.of(from)));
    }

    private Optional<PlannedTensor> unlikeDTypes(String name, List<Found> found) {
        dtypesDiffer.add(name + describe(found, tensor -> tensor.dtype().name()));
        return Optional.empty();
    }

    private PlannedTensor planned(Setting setting, DType dtype, List<Found> from) {
        List<PlannedTensor.Source> sources = from.stream()
                .map(each -> PlannedTensor.Source.of(each.input() + who.firstNumber(), each.tensor()))
                .toList();
        return PlannedTensor.of(setting, from.get(0).tensor(), dtype, sources);
    }

    private static DType commonDType(List<Found> found) {
        Set<DType> dtypes = found.stream().map(each -> each.tensor().dtype()).collect(Collectors.toSet());
        if (dtypes.size() == 1) {
            return dtypes.iterator().next();
        }
        return dtypes.contains(DType.F64) ? DType.F64 : DType.F32;
    }

    private static long countDistinct(List<Found> found, Function<Tensor, ?> what) {
        return found.stream().map(Found::tensor).map(what).distinct().count();
    }

    /** What each input has, such as {@code ([32] in base, [64] in a)}. */
    private String describe(List<Found> found, Function<Tensor, String> what) {
        return found.stream()
                .map(each -> what.apply(each.tensor()) + " in " + inputs.nameOf(each.input()))
                .collect(Collectors.joining(", ", " (", ")"));
    }

    private void noteLacking(String name, List<Found> found) {
        for (int input = 0, at = 0; input < inputs.count(); input++) {
            if (at < found.size() && found.get(at).input() == input) {
                at++;
            } else {
                lacking.get(input).add(name);
            }
        }
    }

    private void report(Problems problems) {
        for (int i = 0; i < lacking.size(); i++) {
            List<String> names = lacking.get(i);
            if (!names.isEmpty()) {
                problems.add(
                        Kind.NAMES,
                        inputs.nameOf(i) + " lacks " + tensors(names.size()) + " that other inputs have: "
                                + Problems.list(names));
            }
        }
        addList(problems, Kind.NAMES, withoutBase, " that models have and the base " + baseName() + " lacks: ");
        addList(problems, Kind.NAMES, withTooFew, " that fewer models have than " + method + " needs: ");
        addList(problems, Kind.SHAPE, shapesDiffer, " with shapes that differ: ");
        addList(problems, Kind.DTYPE, dtypesDiffer, " with dtypes that cannot be merged with each other: ");
    }

    private static void addList(Problems problems, Kind kind, List<String> names, String what) {
        if (!names.isEmpty()) {
            problems.add(kind, tensors(names.size()) + what + Problems.list(names));
        }
    }

    private String baseName() {
        return who.base().map(Object::toString).orElse("");
    }

    private static String tensors(int count) {
        return count == 1 ? "1 tensor" : count + " tensors";
    }
}
