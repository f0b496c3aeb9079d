package dev.fundir.merge;

import dev.fundir.DType;
import dev.fundir.Tensor;
import dev.fundir.merge.Inputs.Found;
import dev.fundir.merge.MergeException.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Decides for every tensor whether and how it is merged, and collects those for which it cannot be. */
final class TensorPlanner {
    /** The dtypes that the engine computes with. */
    static final Set<DType> MERGEABLE = EnumSet.of(
            DType.F8_E5M2,
            DType.F8_E4M3,
            DType.F8_E4M3FNUZ,
            DType.F8_E5M2FNUZ,
            DType.F16,
            DType.BF16,
            DType.F32,
            DType.F64);

    /** The place of a base among the sources. */
    private static final int BASE = 0;

    private final MergeRequest request;
    private final Optional<DType> outputDType;
    private final MergeMethod method;
    private final Inputs inputs;
    private final Map<Setting, Setting> settings = new HashMap<>();

    private final Map<Integer, List<String>> lacking = new TreeMap<>();
    private final List<String> withoutBase = new ArrayList<>();
    private final List<String> withTooFew = new ArrayList<>();

    /** By name, what each input has. */
    private final Map<String, String> shapesDiffer = new LinkedHashMap<>();

    private final Map<String, String> dtypesDiffer = new LinkedHashMap<>();
    private final ParameterConflicts conflicts;

    /**
     * A planner for one merge.
     *
     * @param outputDType the dtype of merged tensors, where one is asked for
     */
    TensorPlanner(MergeRequest request, Optional<DType> outputDType, MergeMethod method, Inputs inputs) {
        this.request = request;
        this.outputDType = outputDType;
        this.method = method;
        this.inputs = inputs;
        this.conflicts = new ParameterConflicts(request.recipe(), method);
    }

    /** The tensors of the output, in the order of the sites; those that have a problem are left out. */
    List<PlannedTensor> plan(List<Site> sites, Problems problems) {
        List<PlannedTensor> planned = new ArrayList<>();
        for (Site site : sites) {
            decide(site, inputs.find(site)).ifPresent(planned::add);
        }
        report(problems);
        return planned;
    }

    private Optional<PlannedTensor> decide(Site site, List<Found> found) {
        if (found.size() < site.names().size() && request.missing() == Missing.ERROR) {
            noteLacking(site, found);
            return Optional.empty();
        }
        if (countDistinct(found, tensor -> Arrays.toString(tensor.shape())) > 1) {
            shapesDiffer.put(site.name(), describe(site, found, tensor -> Arrays.toString(tensor.shape())));
            return Optional.empty();
        }
        long mergeable = found.stream()
                .filter(each -> MERGEABLE.contains(each.tensor().dtype()))
                .count();
        if (mergeable == found.size()) {
            return merged(site, found);
        }
        return copied(site, found);
    }

    private Optional<PlannedTensor> merged(Site site, List<Found> found) {
        DType dtype = outputDType.orElseGet(() -> commonDType(found));
        if (found.size() == 1 && site.names().size() > 1) {
            DType own = found.get(0).tensor().dtype();
            return Optional.of(planned(site, dtype == own ? Setting.COPY : Setting.CONVERT, dtype, found));
        }
        boolean withBase = site.part().withBase();
        if (withBase && found.get(0).source() != BASE) {
            withoutBase.add(site.name());
            return Optional.empty();
        }
        List<Integer> models = found.stream()
                .skip(withBase ? 1 : 0)
                .map(each -> each.source() - (withBase ? 1 : 0))
                .toList();
        if (models.size() < method.fewestModels()) {
            // Where all models have the tensor, there are too few models, which is no problem of a tensor.
            if (found.size() < site.names().size()) {
                withTooFew.add(site.name());
            }
            return Optional.empty();
        }
        ParameterValues values = site.part().parameters().of(site.name(), site.names(), site.depth());
        conflicts.check(site, values, models);
        Setting setting = Setting.of(method, values, withBase, models);
        return Optional.of(planned(site, settings.computeIfAbsent(setting, same -> same), dtype, found));
    }

    /** A tensor that cannot be averaged, since its elements are no floats in one of the inputs, or in all. */
    private Optional<PlannedTensor> copied(Site site, List<Found> found) {
        if (request.nonFloat() == NonFloat.ERROR && found.size() > 1) {
            return countDistinct(found, Tensor::dtype) == 1
                    ? Optional.of(planned(
                            site, Setting.IDENTICAL, found.get(0).tensor().dtype(), found))
                    : unlikeDTypes(site, found);
        }
        Arrangement.Part part = site.part();
        boolean ofModel = request.nonFloat() == NonFloat.FIRST && part.withBase() && !part.promoted();
        Found from = found.stream()
                .filter(each -> !ofModel || each.source() != BASE)
                .findFirst()
                .orElse(found.get(0));
        DType own = from.tensor().dtype();
        DType dtype = MERGEABLE.contains(own) ? outputDType.orElse(own) : own;
        return Optional.of(planned(site, dtype == own ? Setting.COPY : Setting.CONVERT, dtype, List.of(from)));
    }

    private Optional<PlannedTensor> unlikeDTypes(Site site, List<Found> found) {
        dtypesDiffer.put(
                site.name(), describe(site, found, tensor -> tensor.dtype().name()));
        return Optional.empty();
    }

    private static PlannedTensor planned(Site site, Setting setting, DType dtype, List<Found> from) {
        List<PlannedTensor.Source> sources = from.stream()
                .map(each -> PlannedTensor.Source.of(
                        site.part().sources().get(each.source()).input(),
                        each.source() + site.part().firstNumber(),
                        each.tensor()))
                .toList();
        return PlannedTensor.of(site.name(), setting, from.get(0).tensor(), dtype, sources);
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

    /** What each source has, such as {@code ([32] in base, [64] in a)}. */
    private String describe(Site site, List<Found> found, Function<Tensor, String> what) {
        return found.stream()
                .map(each -> what.apply(each.tensor()) + " in " + nameOf(site, each.source()))
                .collect(Collectors.joining(", ", " (", ")"));
    }

    private String nameOf(Site site, int source) {
        return inputs.nameOf(site.part().sources().get(source).input());
    }

    private void noteLacking(Site site, List<Found> found) {
        for (int source = 0, at = 0; source < site.names().size(); source++) {
            if (at < found.size() && found.get(at).source() == source) {
                at++;
            } else {
                int input = site.part().sources().get(source).input();
                lacking.computeIfAbsent(input, key -> new ArrayList<>())
                        .add(site.names().get(source));
            }
        }
    }

    private void report(Problems problems) {
        lacking.forEach((input, names) -> problems.add(
                Kind.NAMES,
                inputs.nameOf(input) + " lacks " + tensors(names.size()) + " that other inputs have: "
                        + Problems.list(names),
                names));
        report(
                problems,
                Kind.TOO_FEW,
                " that models have and the base " + inputs.nameOf(BASE) + " lacks: ",
                withoutBase,
                withoutBase);
        report(problems, Kind.TOO_FEW, " that fewer models have than " + method + " needs: ", withTooFew, withTooFew);
        report(problems, Kind.SHAPE, " with shapes that differ: ", shapesDiffer);
        report(problems, Kind.NON_FLOAT, " with dtypes that cannot be merged with each other: ", dtypesDiffer);
        conflicts.report(problems);
    }

    private static void report(Problems problems, Kind kind, String what, Map<String, String> described) {
        List<String> shown = new ArrayList<>();
        described.forEach((name, description) -> shown.add(name + description));
        report(problems, kind, what, List.copyOf(described.keySet()), shown);
    }

    private static void report(Problems problems, Kind kind, String what, List<String> names, List<String> shown) {
        if (!names.isEmpty()) {
            problems.add(kind, tensors(names.size()) + what + Problems.list(shown), names);
        }
    }

    private static String tensors(int count) {
        return count == 1 ? "1 tensor" : count + " tensors";
    }
}
