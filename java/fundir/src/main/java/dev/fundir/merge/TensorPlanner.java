package dev.fundir.merge;

import dev.fundir.DType;
import dev.fundir.Tensor;
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

    private Optional<PlannedTensor> decide(String name, Tensor[] found) {
        List<Integer> present = IntStream.range(0, found.length)
                .filter(i -> found[i] != null)
                .boxed()
                .toList();
        if (present.size() < found.length && request.missing() == Missing.ERROR) {
            IntStream.range(0, found.length).filter(i -> found[i] == null).forEach(i -> lacking.get(i)
                    .add(name));
            return Optional.empty();
        }
        Tensor first = found[present.get(0)];
        if (present.stream().anyMatch(i -> !Arrays.equals(found[i].shape(), first.shape()))) {
            shapesDiffer.add(name + " (" + describe(found, present, t -> Arrays.toString(t.shape())) + ")");
            return Optional.empty();
        }
        long mergeable = present.stream()
                .filter(i -> MERGEABLE.contains(found[i].dtype()))
                .count();
        if (mergeable == present.size()) {
            return merged(name, found, present);
        }
        if (mergeable > 0) {
            return unlikeDTypes(name, found, present);
        }
        return copied(name, found, present);
    }

    private Optional<PlannedTensor> merged(String name, Tensor[] found, List<Integer> present) {
        DType dtype = request.outputDType().orElseGet(() -> common(found, present));
        if (present.size() == 1 && found.length > 1) {
            Setting setting = dtype == found[present.get(0)].dtype() ? Setting.COPY : Setting.CONVERT;
            return Optional.of(planned(setting, dtype, found, present));
        }
        int firstModel = who.base().isPresent() ? 1 : 0;
        if (firstModel == 1 && found[0] == null) {
            withoutBase.add(name);
            return Optional.empty();
        }
        List<Integer> models = present.stream()
                .filter(i -> i >= firstModel)
                .map(i -> i - firstModel)
                .toList();
        if (models.size() < method.fewestModels()) {
            withTooFew.add(name);
            return Optional.empty();
        }
        Setting setting = settings.computeIfAbsent(models, key -> Setting.of(method, values, firstModel == 1, key));
        return Optional.of(planned(setting, dtype, found, present));
    }

    private Optional<PlannedTensor> copied(String name, Tensor[] found, List<Integer> present) {
        if (request.nonFloat() == NonFloat.ERROR && present.size() > 1) {
            boolean alike =
                    present.stream().map(i -> found[i].dtype()).distinct().count() == 1;
            return alike
                    ? Optional.of(planned(Setting.IDENTICAL, found[present.get(0)].dtype(), found, present))
                    : unlikeDTypes(name, found, present);
        }
        boolean modelsFirst = request.nonFloat() == NonFloat.FIRST && who.base().isPresent() && !who.promoted();
        int from = modelsFirst ? present.stream().filter(i -> i > 0).findFirst().orElse(0) : present.get(0);
        return Optional.of(planned(Setting.COPY, found[from].dtype(), found, List.of(from)));
    }

    private Optional<PlannedTensor> unlikeDTypes(String name, Tensor[] found, List<Integer> present) {
        dtypesDiffer.add(name + " (" + describe(found, present, t -> t.dtype().name()) + ")");
        return Optional.empty();
    }

    private PlannedTensor planned(Setting setting, DType dtype, Tensor[] found, List<Integer> from) {
        List<PlannedTensor.Source> sources = from.stream()
                .map(i -> PlannedTensor.Source.of(i + who.firstNumber(), found[i]))
                .toList();
        return PlannedTensor.of(setting, found[from.get(0)], dtype, sources);
    }

    private static DType common(Tensor[] found, List<Integer> present) {
        Set<DType> dtypes = present.stream().map(i -> found[i].dtype()).collect(Collectors.toSet());
        if (dtypes.size() == 1) {
            return dtypes.iterator().next();
        }
        return dtypes.contains(DType.F64) ? DType.F64 : DType.F32;
    }

    /** What each input has, such as {@code [32] in base, [64] in a}. */
    private String describe(Tensor[] found, List<Integer> present, Function<Tensor, String> what) {
        return present.stream()
                .map(i -> what.apply(found[i]) + " in " + inputs.nameOf(i))
                .collect(Collectors.joining(", "));
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
