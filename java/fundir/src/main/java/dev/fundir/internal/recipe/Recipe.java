package dev.fundir.internal.recipe;

import dev.fundir.internal.document.Place;
import java.util.List;
import java.util.Optional;

/**
 * A merge recipe as it is written, in mergekit's schema. What its names and values mean has not been looked at.
 *
 * @param method empty where it is missing or a mistake, as with all that follows
 * @param hasBase whether there is a base, be it one that is a mistake
 * @param models the models, where the recipe has {@code models}
 * @param slices the slices, where it has {@code slices}; one of the two lists is empty
 * @param parameters those of the whole merge
 */
public record Recipe(
        Optional<Located<String>> method,
        Optional<Located<String>> base,
        boolean hasBase,
        List<Source> models,
        List<Slice> slices,
        Parameters parameters,
        Optional<Located<String>> dtype,
        Optional<Located<String>> outputDType,
        Optional<Located<String>> tokenizerSource,
        Optional<Located<String>> chatTemplate) {

    /**
     * A model that is merged.
     *
     * @param place of the whole entry
     * @param model empty where it is missing or a mistake
     * @param layers those that are taken; empty for all of a model
     */
    public record Source(
            Place place,
            Optional<Located<String>> model,
            Optional<Located<LayerRange>> layers,
            Parameters parameters) {}

    /** Some layers of the output, and what they are made of. */
    public record Slice(List<Source> sources, Parameters parameters) {}

    /** The slices; of a recipe with {@code models} one, which is all of the output. */
    public List<Slice> parts() {
        return slices.isEmpty() ? List.of(new Slice(models, Parameters.NONE)) : slices;
    }
}
