package dev.fundir.internal.recipe;

import dev.fundir.internal.document.Place;
import java.util.List;
import java.util.Optional;

/** What a recipe says a parameter is. Values are texts, as they are written. */
public sealed interface ParameterSetting {
    /**
     * One value for all tensors.
     *
     * @param place where the value is
     */
    record Scalar(Place place, String value) implements ParameterSetting {}

    /**
     * Values over the layers.
     *
     * @param points evenly spread from the first layer to the last; at least one
     */
    record Gradient(List<Scalar> points) implements ParameterSetting {}

    /** Values for tensors by their names: the first case that fits counts. */
    record Cases(List<Case> cases) implements ParameterSetting {}

    /** Something that has been reported as a mistake: what it says is not known, but it is not missing. */
    record Mistaken() implements ParameterSetting {}

    /**
     * A value for some tensors.
     *
     * @param filter a part of their names; empty for all tensors
     * @param setting a scalar or a gradient
     */
    record Case(Optional<String> filter, ParameterSetting setting) {
        boolean fits(String tensor) {
            return filter.isEmpty() || filter.get().equals("*") || tensor.contains(filter.get());
        }
    }

    /** What is said for a tensor: a scalar or a gradient; empty where no case fits. */
    default Optional<ParameterSetting> of(String tensor) {
        return this instanceof Cases several
                ? several.cases().stream()
                        .filter(each -> each.fits(tensor))
                        .findFirst()
                        .map(Case::setting)
                : Optional.of(this);
    }

    /** Every value in it. */
    default List<Scalar> scalars() {
        if (this instanceof Scalar scalar) {
            return List.of(scalar);
        }
        if (this instanceof Gradient gradient) {
            return gradient.points();
        }
        return this instanceof Cases several
                ? several.cases().stream()
                        .flatMap(each -> each.setting().scalars().stream())
                        .toList()
                : List.of();
    }
}
