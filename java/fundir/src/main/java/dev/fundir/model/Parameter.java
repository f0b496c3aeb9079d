package dev.fundir.model;

import dev.fundir.TensorView;
import java.util.Objects;

/**
 * A named tensor of a model.
 *
 * @param name any text
 * @param tensor its dtype, shape and elements, which may lie in a file
 * @param requiresGrad whether training changes it; formats that do not say so give true
 */
public record Parameter(String name, TensorView tensor, boolean requiresGrad) {
    /**
     * Refuses null.
     *
     * @param name any text
     * @param tensor its dtype, shape and elements, which may lie in a file
     * @param requiresGrad whether training changes it; formats that do not say so give true
     */
    public Parameter {
        Objects.requireNonNull(name);
        Objects.requireNonNull(tensor);
    }

    /**
     * A parameter that training changes.
     *
     * @param name any text
     * @param tensor its dtype, shape and elements
     */
    public Parameter(String name, TensorView tensor) {
        this(name, tensor, true);
    }
}
