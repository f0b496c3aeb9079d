package dev.fundir.merge;

import dev.fundir.internal.JsonObjectText;
import dev.fundir.internal.recipe.LayerRange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the layers of an output come from that got numbers of their own.
 *
 * @param parts of the output
 * @param configs of the inputs, by their places; those that have none are absent
 */
record StackedLayers(List<Arrangement.Part> parts, Map<Integer, JsonObjectText> configs) {
    /**
     * A list with an entry for each layer of the output, put together from those of the inputs.
     *
     * @param section what the key is under, if not at the top
     * @return empty where an input has no such entry, or the inputs of a layer have different ones
     */
    Optional<List<String>> list(Optional<String> section, String key) {
        List<String> entries = new ArrayList<>();
        for (Arrangement.Part part : parts) {
            int count = part.sources().get(0).layers().map(LayerRange::count).orElse(0);
            for (int layer = 0; layer < count; layer++) {
                Set<Optional<String>> ofSources = new HashSet<>();
                for (Arrangement.Source source : part.sources()) {
                    ofSources.add(entry(source, layer, section, key));
                }
                Optional<String> entry = ofSources.iterator().next();
                if (ofSources.size() > 1 || entry.isEmpty()) {
                    return Optional.empty();
                }
                entries.add(entry.get());
            }
        }
        return Optional.of(entries);
    }

    private Optional<String> entry(Arrangement.Source source, int layer, Optional<String> section, String key) {
        int place = source.layers().orElseThrow().start() + layer;
        Optional<JsonObjectText> config = Optional.ofNullable(configs.get(source.input()));
        return (section.isEmpty() ? config : config.flatMap(object -> object.object(section.get())))
                .flatMap(object -> object.list(key))
                .filter(list -> place < list.size())
                .map(list -> list.get(place));
    }
}
