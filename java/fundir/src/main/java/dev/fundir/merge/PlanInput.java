package dev.fundir.merge;

import dev.fundir.DType;
import java.nio.file.Path;
import java.util.Map;

/**
 * An input of one tensor of a merge.
 *
 * @param model the number in the recipe: the base 0, models from 1
 * @param file the file that the tensor lies in
 * @param offset of the tensor's first byte, from the start of the file
 * @param byteSize of the tensor
 * @param dtype of the tensor
 * @param parameters those of this input: Double, Boolean or String by name
 */
public record PlanInput(
        int model, Path file, long offset, long byteSize, DType dtype, Map<String, Object> parameters) {}
