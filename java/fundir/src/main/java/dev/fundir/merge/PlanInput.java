package dev.fundir.merge;

import dev.fundir.DType;
import java.nio.file.Path;
import java.util.Map;

/**
 * An input of one tensor of a merge.
 *
 * @param input its number among all inputs of the merge: the base 0, the others from 1 in the order of the recipe
 * @param model its number in the part of the recipe that makes the tensor: the base 0, models from 1; the same as
 *     {@code input} unless layers are stacked; random masks depend on it
 * @param tensor the name that the tensor has in the input
 * @param file the file that the tensor lies in
 * @param offset of the tensor's first byte, from the start of the file
 * @param byteSize of the tensor
 * @param dtype of the tensor
 * @param parameters those of this input: Double, Boolean or String by name
 */
public record PlanInput(
        int input,
        int model,
        String tensor,
        Path file,
        long offset,
        long byteSize,
        DType dtype,
        Map<String, Object> parameters) {}
