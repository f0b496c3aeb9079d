package dev.fundir.merge;

import dev.fundir.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How one tensor of the output is made.
 *
 * @param name of the tensor
 * @param method the engine's name for what is done: a merge method, {@code copy} for bytes taken as they are, or
 *     {@code identical} for bytes that all inputs must have
 * @param shape in elements, outermost dimension first
 * @param dtype that the tensor will have
 * @param byteSize that the tensor will have
 * @param inputs the base first, where there is one, then the models in order
 * @param parameters those that are not for one input: Double, Boolean or String by name
 * @param file the file that the tensor will be in
 * @param offset of the tensor's first byte, from the start of the file
 */
public record PlanEntry(
        String name,
        String method,
        List<Long> shape,
        DType dtype,
        long byteSize,
        List<PlanInput> inputs,
        Map<String, Object> parameters,
        Path file,
        long offset) {}
