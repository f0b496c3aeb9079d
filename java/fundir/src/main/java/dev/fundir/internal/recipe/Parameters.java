package dev.fundir.internal.recipe;

import java.util.Map;

/**
 * The parameters that a recipe says in one place: for a model, for a slice, or for all.
 *
 * @param settings by name, each at the place of its name
 * @param areComplete false after a mistake that hides what they are, such as a misspelt {@code parameters}
 */
public record Parameters(Map<String, Located<ParameterSetting>> settings, boolean areComplete) {
    /** None are said. */
    public static final Parameters NONE = new Parameters(Map.of(), true);
}
