package dev.fundir.hub;

import dev.fundir.DType;
import java.util.List;

/**
 * A tensor of a model on the Hub, as its header has it.
 *
 * @param name any text
 * @param dtype the type of the elements
 * @param shape the extents, the slowest varying first; empty for a scalar
 * @param elementCount number of elements
 * @param file path of the file that it is in
 * @param offset where it begins there, in bytes from the start of the file
 * @param byteSize bytes that it takes
 */
public record RemoteTensor(
        String name, DType dtype, List<Long> shape, long elementCount, String file, long offset, long byteSize) {}
