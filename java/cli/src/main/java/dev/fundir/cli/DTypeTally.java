package dev.fundir.cli;

import dev.fundir.DType;
import dev.fundir.Tensor;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What the tensors of one dtype come to.
 *
 * @param tensors their number
 * @param parameters their elements
 * @param bytes their bytes
 */
record DTypeTally(long tensors, long parameters, long bytes) {

    /** By dtype, in the order of the format. */
    static Map<DType, DTypeTally> of(List<Tensor> tensors) {
        Map<DType, DTypeTally> tallies = new EnumMap<>(DType.class);
        for (Tensor tensor : tensors) {
            tallies.merge(
                    tensor.dtype(), new DTypeTally(1, tensor.elementCount(), tensor.byteSize()), DTypeTally::plus);
        }
        return tallies;
    }

    private DTypeTally plus(DTypeTally other) {
        return new DTypeTally(tensors + other.tensors, parameters + other.parameters, bytes + other.bytes);
    }
}
