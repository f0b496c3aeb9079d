package dev.fundir.merge;

import dev.fundir.internal.recipe.LayerName;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * How many layers each stack of a model has, as the names of its tensors tell.
 *
 * @param byStack counts by what comes before the layer's number, such as {@code model.layers.}; without the stacks that
 *     do not work on text, which a configuration counts elsewhere
 */
record LayerCounts(Map<String, Integer> byStack) {
    private static final Pattern NOT_OF_TEXT = Pattern.compile(
            "vision|visual|image|video|audio|speech|resampler|perceiver|mtp|draft", Pattern.CASE_INSENSITIVE);

    private static final String ENCODER = "encoder.";
    private static final String DECODER = "decoder.";

    static LayerCounts of(Collection<String> tensors) {
        Map<String, Integer> counts = new TreeMap<>();
        for (String tensor : tensors) {
            LayerName.of(tensor)
                    .filter(name -> !NOT_OF_TEXT.matcher(name.stack()).find())
                    .ifPresent(name -> counts.merge(name.stack(), name.layer() + 1, Math::max));
        }
        return new LayerCounts(counts);
    }

    /** The layers of the only stack, or of the encoder where there is a decoder besides; empty for other stacks. */
    OptionalInt main() {
        return byStack.size() == 1 ? only("") : encoder();
    }

    OptionalInt encoder() {
        return areKnown() ? only(ENCODER) : OptionalInt.empty();
    }

    OptionalInt decoder() {
        return areKnown() ? only(DECODER) : OptionalInt.empty();
    }

    /** One stack, or an encoder and a decoder. */
    private boolean areKnown() {
        return byStack.size() == 1
                || (byStack.size() == 2
                        && only(ENCODER).isPresent()
                        && only(DECODER).isPresent());
    }

    /** The count of the only stack with this in its name. */
    private OptionalInt only(String part) {
        List<Integer> counts = byStack.entrySet().stream()
                .filter(stack -> stack.getKey().contains(part))
                .map(Map.Entry::getValue)
                .toList();
        return counts.size() == 1 ? OptionalInt.of(counts.get(0)) : OptionalInt.empty();
    }
}
