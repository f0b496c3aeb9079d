package dev.fundir.merge;

import dev.fundir.DType;
import dev.fundir.ffi.RawPath;
import dev.fundir.internal.ByteSink;
import dev.fundir.internal.output.OutputFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a plan as {@code fundir.h} lays it down under MERGE PLAN. */
final class PlanEncoder {
    private static final int MAGIC = 0x4E4C5046;
    private static final int VERSION = 2;

    private static final int NO_GENERATOR = 2;

    private final ByteSink out = new ByteSink();

    private PlanEncoder() {}

    /**
     * Encodes a plan.
     *
     * @param request threads and memory are taken from it
     * @param masks what random masks are drawn from
     * @param staged where the outputs are written meanwhile, in the order of {@code outputs}
     * @param outputs the files of the output
     * @param tensors in name order, with their places
     */
    static ByteBuffer encode(
            MergeRequest request,
            MaskSource masks,
            List<Path> staged,
            List<OutputFile> outputs,
            List<PlacedTensor> tensors) {
        PlanEncoder encoder = new PlanEncoder();
        encoder.head(request, masks);
        Map<Path, Integer> files = encoder.inputs(tensors);
        encoder.outputs(staged, outputs);
        Map<Setting, Integer> settings = encoder.settings(tensors);
        encoder.out.putInt(tensors.size());
        tensors.forEach(placed -> encoder.entry(placed, settings, files));
        encoder.out.putInt(0);
        encoder.out.putInt(tensors.size());
        return encoder.out.direct();
    }

    private void head(MergeRequest request, MaskSource masks) {
        out.putInt(MAGIC);
        out.putInt(VERSION);
        out.putInt(request.threads());
        out.putInt(masks.generator().map(PlanEncoder::code).orElse(NO_GENERATOR));
        out.putLong(request.memory());
        out.putLong(masks.seed());
        out.putInt(masks.workDType().map(DType::code).orElse(-1));
    }

    private static int code(RandomGenerator generator) {
        return switch (generator) {
            case PHILOX -> 0;
            case MT19937 -> 1;
        };
    }

    private Map<Path, Integer> inputs(List<PlacedTensor> tensors) {
        Map<Path, Long> sizes = new LinkedHashMap<>();
        tensors.forEach(placed ->
                placed.tensor().sources().forEach(source -> sizes.putIfAbsent(source.file(), source.fileSize())));
        Map<Path, Integer> numbers = new HashMap<>();
        out.putInt(sizes.size());
        sizes.forEach((path, size) -> {
            numbers.put(path, numbers.size());
            file(path, size);
        });
        return numbers;
    }

    private void outputs(List<Path> staged, List<OutputFile> outputs) {
        out.putInt(outputs.size());
        for (int i = 0; i < outputs.size(); i++) {
            file(staged.get(i), outputs.get(i).size());
        }
    }

    private void file(Path path, long size) {
        byte[] name = RawPath.of(path);
        out.putInt(name.length);
        for (byte each : name) {
            out.put(each);
        }
        out.putLong(size);
    }

    private Map<Setting, Integer> settings(List<PlacedTensor> tensors) {
        Map<Setting, Integer> numbers = new LinkedHashMap<>();
        tensors.forEach(placed -> numbers.putIfAbsent(placed.tensor().setting(), numbers.size()));
        out.putInt(numbers.size());
        for (Setting setting : numbers.keySet()) {
            out.putText(setting.engineMethod());
            out.putInt(setting.base());
            out.putInt(setting.parameters().size());
            for (Setting.Parameter parameter : setting.parameters()) {
                out.putText(parameter.name());
                out.putInt(parameter.input());
                out.putLong(Double.doubleToRawLongBits(parameter.value()));
            }
        }
        return numbers;
    }

    private void entry(PlacedTensor placed, Map<Setting, Integer> settings, Map<Path, Integer> files) {
        PlannedTensor tensor = placed.tensor();
        out.putText(tensor.name());
        out.putInt(settings.get(tensor.setting()));
        out.putInt(tensor.shape().size());
        tensor.shape().forEach(out::putLong);
        place(placed.file(), placed.offset(), tensor.dtype());
        out.putInt(tensor.sources().size());
        for (PlannedTensor.Source source : tensor.sources()) {
            place(files.get(source.file()), source.offset(), source.dtype());
            out.putInt(source.model());
        }
    }

    private void place(int file, long offset, DType dtype) {
        out.putInt(file);
        out.putLong(offset);
        out.put((byte) dtype.code());
    }
}
