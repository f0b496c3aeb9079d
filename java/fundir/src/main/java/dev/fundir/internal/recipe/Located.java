package dev.fundir.internal.recipe;

/**
 * Something that a recipe says.
 *
 * @param place where it says it
 * @param value what it says
 */
public record Located<T>(Place place, T value) {}
