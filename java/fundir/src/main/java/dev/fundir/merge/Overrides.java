package dev.fundir.merge;

import dev.fundir.internal.document.Place;
import dev.fundir.internal.recipe.ParameterSetting;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The parameters that a caller sets in place of a recipe's global ones. Remembers which of them no tensor came to,
 * because slices or models have their own. Confined to one thread.
 */
final class Overrides {
    private final Map<String, ParameterSetting> values = new LinkedHashMap<>();
    private final Set<String> refused = new HashSet<>();
    private final TreeSet<String> passedOver = new TreeSet<>();
    private final TreeSet<String> used = new TreeSet<>();

    /** Adds one that has been checked. */
    void put(String name, Object value) {
        values.put(name, new ParameterSetting.Scalar(Place.START, value.toString()));
    }

    /** Notes that one was meant to be set and is a mistake, which has been reported. */
    void refuse(String name) {
        refused.add(name);
    }

    /** Whether one is set, be it by mistake. */
    boolean mentions(String name) {
        return values.containsKey(name) || refused.contains(name);
    }

    /** The value for a tensor that nothing closer has one for. */
    Optional<ParameterSetting> take(String name) {
        Optional<ParameterSetting> value = Optional.ofNullable(values.get(name));
        value.ifPresent(found -> used.add(name));
        return value;
    }

    /** Notes that a slice or a model has a value of its own for a tensor. */
    void passOver(String name) {
        if (values.containsKey(name)) {
            passedOver.add(name);
        }
    }

    /** A sentence for each that had no effect. */
    List<String> notices() {
        return passedOver.stream()
                .filter(name -> !used.contains(name))
                .map(name ->
                        "the " + name + " that is set has no effect: all models or slices of the recipe that use it"
                                + " have their own")
                .toList();
    }
}
