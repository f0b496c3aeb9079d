package dev.fundir.merge;

import dev.fundir.DType;
import dev.fundir.Tensor;
import dev.fundir.internal.TensorDeclaration;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A tensor of the output, before it has a place.
 *
 * @param setting how it is made
 * @param shape of it and of its inputs
 * @param dtype that it will have
 * @param byteSize that it will have
 * @param sources what it is made of, the base first
 */
record PlannedTensor(String name, Setting setting, List<Long> shape, DType dtype, long byteSize, List<Source> sources) {
    /**
     * An input of a tensor.
     *
     * @param input its place among all inputs of the merge
     * @param model the number in the part of the recipe that the tensor is made by: the base 0, models from 1
     * @param tensor its name in the input
     * @param fileSize the size of the file when the plan was made
     */
    record Source(
            int input, int model, String tensor, Path file, long fileSize, long offset, long byteSize, DType dtype) {
        static Source of(int input, int model, Tensor tensor) {
            return new Source(
                    input,
                    model,
                    tensor.name(),
                    tensor.file().path(),
                    tensor.file().byteSize(),
                    tensor.fileOffset(),
                    tensor.byteSize(),
                    tensor.dtype());
        }
    }

    /** A tensor shaped as its inputs are. */
    static PlannedTensor of(String name, Setting setting, Tensor like, DType dtype, List<Source> sources) {
        List<Long> shape = Arrays.stream(like.shape()).boxed().toList();
        return new PlannedTensor(name, setting, shape, dtype, dtype.byteSize(like.elementCount()), sources);
    }

    /** What a file says of the tensor. */
    TensorDeclaration declaration() {
        return new TensorDeclaration(
                name, dtype, shape.stream().mapToLong(Long::longValue).toArray());
    }
}
