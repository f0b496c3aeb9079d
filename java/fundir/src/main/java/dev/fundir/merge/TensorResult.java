package dev.fundir.merge;

/**
 * What was seen while one tensor was made; bytes that are only copied are not looked at.
 *
 * @param nanElements elements of the inputs that are not a number
 * @param infiniteElements elements of the inputs that are infinite
 */
public record TensorResult(long nanElements, long infiniteElements) {}
