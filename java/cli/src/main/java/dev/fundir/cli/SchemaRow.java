package dev.fundir.cli;

import java.util.List;

/**
 * Tensors of one dtype and shape whose names differ in numbers only.
 *
 * @param pattern the name, with ranges of numbers in braces, such as {@code layers.{0-21}.mlp.up_proj.weight}
 * @param dtype their dtype
 * @param shape their shape
 * @param count how many they are
 */
record SchemaRow(String pattern, String dtype, List<Long> shape, long count) {}
