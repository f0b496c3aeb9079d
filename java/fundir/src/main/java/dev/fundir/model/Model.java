package dev.fundir.model;

import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A model: what it is, and its parameters in their order.
 *
 * <p>Immutable. The elements of parameters that were loaded from a file are read from it when they are asked for.
 *
 * @param metadata what the model is
 * @param parameters its tensors; no name occurs twice
 */
public record Model(ModelMetadata metadata, List<Parameter> parameters) {
    /**
     * Copies the list and refuses a name that occurs twice.
     *
     * @param metadata what the model is
     * @param parameters its tensors; no name occurs twice
     */
    public Model {
        Objects.requireNonNull(metadata);
        parameters = List.copyOf(parameters);
        Set<String> names = new HashSet<>();
        for (Parameter parameter : parameters) {
            if (!names.add(parameter.name())) {
                throw new IllegalArgumentException("two parameters are called " + parameter.name());
            }
        }
    }

    /**
     * The parameter of a name.
     *
     * @param name any text
     * @return the parameter, empty when there is none of this name
     */
    public Optional<Parameter> find(String name) {
        return parameters.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    /**
     * The parameter of a name.
     *
     * @param name the name of a parameter of this model
     * @return the parameter
     * @throws NoSuchElementException when there is none of this name
     */
    public Parameter parameter(String name) {
        return find(name).orElseThrow(() -> new NoSuchElementException("the model has no parameter " + name));
    }
}
