package dev.fundir.internal.recipe;

import dev.fundir.internal.document.Place;

/**
 * Something that a recipe says.
 *
 * @param place where it says it
 * @param value what it says
 */
public record Located<T>(Place place, T value) {}
