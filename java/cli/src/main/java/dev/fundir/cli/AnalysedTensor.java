package dev.fundir.cli;

import dev.fundir.analysis.Outlier;
import dev.fundir.analysis.TensorAnalysis;
import java.util.ArrayList;
import java.util.List;

/**
 * A tensor of an inspected model, and what was found out about its elements.
 *
 * @param entry the tensor
 * @param analysis its figures
 */
record AnalysedTensor(Inspection.Entry entry, TensorAnalysis analysis) {
    /**
     * Where an outlier is: an index for each dimension; and of a complex element 0 for its real, 1 for its imaginary
     * part.
     */
    List<Long> place(Outlier outlier) {
        List<Long> extents = new ArrayList<>(entry.shape());
        if (analysis.statistics().elementCount() > entry.elementCount()) {
            extents.add(2L);
        }
        List<Long> place = new ArrayList<>();
        long rest = outlier.index();
        for (int i = extents.size() - 1; i >= 0; i--) {
            place.add(0, rest % extents.get(i));
            rest /= extents.get(i);
        }
        return place;
    }
}
