package dev.fundir.merge;

import dev.fundir.internal.output.OutputLayout;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A tensor of the output with its place.
 *
 * @param file the number of the output file
 * @param offset of the first byte, from the start of the file
 */
record PlacedTensor(PlannedTensor tensor, int file, long offset) {
    /** Tensors with the places that they have in a layout. */
    static List<PlacedTensor> of(List<PlannedTensor> tensors, OutputLayout layout) {
        return IntStream.range(0, tensors.size())
                .mapToObj(i -> new PlacedTensor(
                        tensors.get(i),
                        layout.places().get(i).file(),
                        layout.places().get(i).offset()))
                .toList();
    }
}
