package dev.fundir.cli;

import dev.fundir.analysis.AnalysisListener;
import dev.fundir.analysis.Comparison;
import dev.fundir.analysis.TensorDistance;
import dev.fundir.analysis.TensorPair;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What differs between two models.
 *
 * @param a the first
 * @param b the second
 * @param added tensors of the second alone
 * @param removed tensors of the first alone
 * @param reshaped tensors of both, with another shape in the second; they are not compared
 * @param compared tensors of both that have one shape
 */
record ModelDiff(
        Inspection a,
        Inspection b,
        List<Inspection.Entry> added,
        List<Inspection.Entry> removed,
        List<Both> reshaped,
        List<Compared> compared) {

    /** A tensor that both have. */
    record Both(Inspection.Entry a, Inspection.Entry b) {
        boolean isRetyped() {
            return !a.dtype().equals(b.dtype());
        }
    }

    /** A tensor whose elements were compared. */
    record Compared(Both both, TensorDistance distance) {
        String name() {
            return both.a().name();
        }

        boolean differs() {
            return distance.differing() > 0;
        }
    }

    /**
     * A layer or module.
     *
     * @param name as {@link LayerName} has it
     * @param tensors how many of its tensors were compared
     * @param distance of all of them together
     */
    record Layer(String name, int tensors, TensorDistance distance) {}

    /** Compares two models, tensor by tensor. */
    static ModelDiff of(Inspection a, Inspection b, AnalysisListener listener) throws IOException {
        Map<String, Inspection.Entry> rest = new HashMap<>();
        b.tensors().forEach(tensor -> rest.put(tensor.name(), tensor));
        List<Inspection.Entry> removed = new ArrayList<>();
        List<Both> reshaped = new ArrayList<>();
        List<Both> comparable = new ArrayList<>();
        for (Inspection.Entry tensor : a.tensors()) {
            Inspection.Entry other = rest.remove(tensor.name());
            if (other == null) {
                removed.add(tensor);
            } else if (tensor.shape().equals(other.shape())) {
                comparable.add(new Both(tensor, other));
            } else {
                reshaped.add(new Both(tensor, other));
            }
        }
        List<Inspection.Entry> added = b.tensors().stream()
                .filter(tensor -> rest.containsKey(tensor.name()))
                .toList();
        return new ModelDiff(a, b, added, removed, reshaped, compare(comparable, listener));
    }

    private static List<Compared> compare(List<Both> tensors, AnalysisListener listener) throws IOException {
        List<TensorPair> pairs = tensors.stream()
                .map(both -> new TensorPair(
                        both.a().elements().orElseThrow(), both.b().elements().orElseThrow()))
                .toList();
        List<TensorDistance> distances = Comparison.of(pairs).run(listener);
        List<Compared> compared = new ArrayList<>();
        for (int i = 0; i < tensors.size(); i++) {
            compared.add(new Compared(tensors.get(i), distances.get(i)));
        }
        return compared;
    }

    /** Tensors of another dtype in the second model. */
    List<Both> retyped() {
        return compared.stream().map(Compared::both).filter(Both::isRetyped).toList();
    }

    /** Tensors with other elements, the most changed first. */
    List<Compared> changed() {
        return compared.stream()
                .filter(Compared::differs)
                .sorted(Comparator.<Compared>comparingDouble(
                                tensor -> -tensor.distance().relativeL2())
                        .thenComparing(Compared::name, NaturalOrder.INSTANCE))
                .toList();
    }

    /** Tensors with the same elements. */
    long identicalCount() {
        return compared.stream().filter(tensor -> !tensor.differs()).count();
    }

    /** All layers with compared tensors, numbers in their names counted as numbers. */
    List<Layer> layers() {
        Map<String, List<TensorDistance>> byLayer = new TreeMap<>(NaturalOrder.INSTANCE);
        for (Compared tensor : compared) {
            byLayer.computeIfAbsent(tensor.both().a().layer(), layer -> new ArrayList<>())
                    .add(tensor.distance());
        }
        return byLayer.entrySet().stream()
                .map(layer -> new Layer(layer.getKey(), layer.getValue().size(), TensorDistance.sum(layer.getValue())))
                .toList();
    }

    /** What the metadata of the models differ in. */
    MetadataDiff metadata() {
        return MetadataDiff.of(a.metadata(), b.metadata());
    }

    /** Whether there is no difference. */
    boolean isEqual() {
        return added.isEmpty()
                && removed.isEmpty()
                && reshaped.isEmpty()
                && compared.stream()
                        .noneMatch(tensor -> tensor.differs() || tensor.both().isRetyped())
                && metadata().isEmpty();
    }
}
