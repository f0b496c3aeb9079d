package dev.fundir.internal.recipe;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A merge recipe as it is written, in mergekit's schema. What its names and values mean has not been looked at.
 *
 * @param text the whole of it
 * @param models the models, where the recipe has {@code models}
 * @param slices the slices, where it has {@code slices}; one of the two lists is empty
 * @param parameters those of the whole merge
 */
public record Recipe(
        String text,
        Optional<Located<String>> method,
        Optional<Located<String>> base,
        List<Source> models,
        List<Slice> slices,
        Map<String, ParameterSetting> parameters,
        Optional<Located<String>> dtype,
        Optional<Located<String>> outputDType,
        Optional<Located<String>> tokenizerSource,
        Optional<Located<String>> chatTemplate) {

    /**
     * A model that is merged.
     *
     * @param layers those that are taken; empty for all of a model
     */
    public record Source(
            Located<String> model, Optional<Located<LayerRange>> layers, Map<String, ParameterSetting> parameters) {}

    /** Some layers of the output, and what they are made of. */
    public record Slice(Place place, List<Source> sources, Map<String, ParameterSetting> parameters) {}

    /** Every mention of a model, in the order of the recipe. */
    public Stream<Located<String>> references() {
        return Stream.of(
                        base.stream(),
                        models.stream().map(Source::model),
                        slices.stream()
                                .flatMap(slice -> slice.sources().stream())
                                .map(Source::model))
                .flatMap(each -> each);
    }
}
