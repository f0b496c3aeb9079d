package dev.fundir.merge;

import dev.fundir.internal.document.Place;
import dev.fundir.internal.recipe.LayerRange;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a merge does, before the inputs have been looked into.
 *
 * @param inputs every checkpoint once; the base first where there is one
 * @param parts what the output is put together from, in the order of its layers
 * @param tokenizer the checkpoint whose tokenizer is taken, where it is not that of the first input
 */
record Arrangement(MergeMethod method, List<Path> inputs, List<Part> parts, Optional<Path> tokenizer) {
    /**
     * A part of the output: all of it, or some layers.
     *
     * @param sources what it is made of, the base first where there is one
     * @param withBase whether the first source is the base
     * @param promoted whether the base is the first of the models that the caller named
     */
    record Part(List<Source> sources, boolean withBase, boolean promoted, TensorParameters parameters) {
        /** The number in the recipe of the first source: 0 for a base, models count from 1. */
        int firstNumber() {
            return withBase ? 0 : 1;
        }
    }

    /**
     * An input of a part.
     *
     * @param input its place in {@link #inputs()}
     * @param layers those that are taken; empty for all tensors
     */
    record Source(int input, Optional<LayerRange> layers) {}

    /** The values of a method's parameters for one tensor after the other. */
    interface TensorParameters {
        /**
         * The values for a tensor.
         *
         * @param output the name that it has in the output
         * @param inputs the names that it has in the sources, the base's too
         * @param depth where its layer is: 0 the first, 1 the last; 0 outside of layers
         */
        ParameterValues of(String output, List<String> inputs, double depth);

        /** Adds what was found missing. */
        default void report(Problems problems) {}

        /**
         * Where a recipe says the value of a model's parameter for a tensor; empty where none does.
         *
         * @param model its place among the models of the values
         */
        default Optional<Place> place(String parameter, int model, Site site) {
            return Optional.empty();
        }
    }

    /** Whether the first input is a base. */
    boolean hasBase() {
        return parts.stream().anyMatch(Part::withBase);
    }

    /** Whether layers get numbers of their own. */
    boolean renumbers() {
        return parts.stream().flatMap(part -> part.sources().stream()).anyMatch(source -> source.layers()
                .isPresent());
    }
}
