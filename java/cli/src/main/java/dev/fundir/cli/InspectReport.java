package dev.fundir.cli;

import dev.fundir.analysis.TensorAnalysis;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What {@code inspect} reports.
 *
 * @param model what is in the headers
 * @param mode what was asked for
 * @param analyses of each tensor of the model, in the same order; empty where elements were not read
 */
record InspectReport(Inspection model, InspectMode mode, List<TensorAnalysis> analyses) {

    /** The tensors with their figures, numbers in names counted as numbers. */
    List<AnalysedTensor> analysed() {
        List<AnalysedTensor> tensors = new ArrayList<>();
        for (int i = 0; i < analyses.size(); i++) {
            tensors.add(new AnalysedTensor(model.tensors().get(i), analyses.get(i)));
        }
        tensors.sort(Comparator.comparing(tensor -> tensor.entry().name(), NaturalOrder.INSTANCE));
        return tensors;
    }
}
