package dev.fundir.cli;

import dev.fundir.DType;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the tensors of one dtype come to.
 *
 * @param tensors their number
 * @param parameters their elements
 * @param bytes their bytes
 */
record DTypeTally(long tensors, long parameters, long bytes) {

    private static final List<String> ORDER =
            Arrays.stream(DType.values()).map(DType::name).toList();

    /** By dtype, in the order of the format; what is none of its dtypes comes first. */
    static Map<String, DTypeTally> of(List<Inspection.Entry> tensors) {
        Map<String, DTypeTally> tallies =
                new TreeMap<>(Comparator.<String>comparingInt(ORDER::indexOf).thenComparing(Comparator.naturalOrder()));
        for (Inspection.Entry tensor : tensors) {
            tallies.merge(
                    tensor.dtype(), new DTypeTally(1, tensor.elementCount(), tensor.byteSize()), DTypeTally::plus);
        }
        return tallies;
    }

    private DTypeTally plus(DTypeTally other) {
        return new DTypeTally(tensors + other.tensors, parameters + other.parameters, bytes + other.bytes);
    }
}
