package dev.fundir.merge;

import dev.fundir.internal.output.OutputFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Shows the tensors of a plan to callers: parameters by name, as the numbers, booleans and words that were given. */
final class PlanView {
    private final List<Path> targets;

    /** The number of the first input. */
    private final int first;

    /**
     * A view of a plan.
     *
     * @param withBase whether the first input is a base
     */
    PlanView(List<OutputFile> files, boolean withBase) {
        first = withBase ? 0 : 1;
        targets = files.stream().map(OutputFile::target).toList();
    }

    PlanEntry entry(PlacedTensor placed) {
        PlannedTensor tensor = placed.tensor();
        Setting setting = tensor.setting();
        List<PlanInput> inputs = new ArrayList<>();
        for (PlannedTensor.Source source : tensor.sources()) {
            inputs.add(new PlanInput(
                    first + source.input(),
                    source.model(),
                    source.tensor(),
                    source.file(),
                    source.offset(),
                    source.byteSize(),
                    source.dtype(),
                    parameters(setting, inputs.size())));
        }
        return new PlanEntry(
                tensor.name(),
                setting.engineMethod(),
                tensor.shape(),
                tensor.dtype(),
                tensor.byteSize(),
                List.copyOf(inputs),
                parameters(setting, Setting.Parameter.SHARED),
                targets.get(placed.file()),
                placed.offset());
    }

    private static Map<String, Object> parameters(Setting setting, int input) {
        Map<String, Object> values = new LinkedHashMap<>();
        MethodTable.get().find(setting.engineMethod()).ifPresent(method -> setting.parameters().stream()
                .filter(given -> given.input() == input)
                .forEach(given -> method.parameter(given.name())
                        .ifPresent(declared -> values.put(given.name(), declared.decode(given.value())))));
        return values;
    }
}
