package dev.fundir.internal.recipe;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a tensor that belongs to a layer, taken apart at the layer's number: {@code model.layers.7.mlp.weight}.
 *
 * @param stack what comes before the number; layers with the same are counted together
 * @param layer the number, from 0
 * @param rest what comes behind it
 */
public record LayerName(String stack, int layer, String rest) {
    private static final Pattern LAYER = Pattern.compile(
            "^(?<stack>(?:.*?\\.)?(?:layers|h|blocks|layer|block)\\.)(?<layer>\\d{1,9})(?<rest>\\..*)$");

    /** Takes a name apart; empty for a tensor outside of layers. */
    public static Optional<LayerName> of(String tensor) {
        Matcher found = LAYER.matcher(tensor);
        return found.matches()
                ? Optional.of(new LayerName(
                        found.group("stack"), Integer.parseInt(found.group("layer")), found.group("rest")))
                : Optional.empty();
    }

    /** The same tensor of another layer. */
    public LayerName at(int other) {
        return new LayerName(stack, other, rest);
    }

    /** The name of the tensor. */
    @Override
    public String toString() {
        return stack + layer + rest;
    }
}
