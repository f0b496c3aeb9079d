package dev.fundir.merge;

import java.util.List;

/**
 * A tensor of the output, before it is known whether the inputs have what it takes.
 *
 * @param name of the tensor
 * @param part of the output that it belongs to
 * @param names that it has in the part's sources
 * @param depth where its layer is in the part: 0 the first, 1 the last; 0 outside of layers
 */
record Site(String name, Arrangement.Part part, List<String> names, double depth) {}
