package dev.fundir.cli;

import dev.fundir.merge.PlanEntry;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The tensors of a model by the parts of their names. Numbered modules that hold the same tensors, which is what the
 * layers of a model do, are shown once: {@code layers.0-21 × 9 tensors}.
 */
final class LayerTree {
    /** Digits of a number of a layer; longer ones do not fit into a long, and number nothing. */
    private static final int MOST_DIGITS = 18;

    private final Map<String, LayerTree> children = new TreeMap<>(NaturalOrder.INSTANCE);
    private TreeTensor tensor;
    private int tensorCount;

    private LayerTree() {}

    static LayerTree of(List<Inspection.Entry> tensors) {
        return ofTensors(tensors.stream().map(TreeTensor::of));
    }

    /** Of the tensors of a plan; those that are made in another way than others do not fold with them. */
    static LayerTree ofPlan(List<PlanEntry> entries, PlanWords words) {
        return ofTensors(entries.stream().map(entry -> TreeTensor.of(entry, words.of(entry))));
    }

    private static LayerTree ofTensors(Stream<TreeTensor> tensors) {
        LayerTree root = new LayerTree();
        tensors.forEach(root::insert);
        return root;
    }

    private void insert(TreeTensor inserted) {
        LayerTree node = this;
        node.tensorCount++;
        for (String part : inserted.name().split("\\.", -1)) {
            node = node.children.computeIfAbsent(part, key -> new LayerTree());
            node.tensorCount++;
        }
        node.tensor = inserted;
    }

    void write(PrintWriter out) {
        TextTable table = new TextTable().right(3);
        addChildren(new At("", -1, -1, false), table);
        table.write(out);
    }

    /** Every kind of tensor: those of modules that are shown once are one row. */
    List<SchemaRow> schema() {
        List<SchemaRow> rows = new ArrayList<>();
        addRows("", 1, rows);
        return rows;
    }

    /** Adds the rows of the children; {@code prefix} stands before their names, {@code times} as often. */
    private void addRows(String prefix, long times, List<SchemaRow> rows) {
        List<Map.Entry<String, LayerTree>> entries = new ArrayList<>(children.entrySet());
        for (int i = 0; i < entries.size(); ) {
            int end = endOfRun(entries, i);
            String first = entries.get(i).getKey();
            LayerTree node = entries.get(i).getValue();
            String name = prefix + (end - i == 1 ? first : "{" + range(entries, i, end) + "}");
            long count = times * (end - i);
            if (node.tensor != null) {
                rows.add(new SchemaRow(name, node.tensor.dtype(), node.tensor.shape(), count));
            }
            node.addRows(name + ".", count, rows);
            i = end;
        }
    }

    private static String range(List<Map.Entry<String, LayerTree>> entries, int begin, int end) {
        return entries.get(begin).getKey() + "-" + entries.get(end - 1).getKey();
    }

    /**
     * Where in the output a node stands.
     *
     * @param indent blanks before it
     * @param first the number of the first layer that it is shown for, -1 before there is one
     * @param last the number of the last
     * @param isSaid whether a line above says how its tensors are made
     */
    private record At(String indent, long first, long last, boolean isSaid) {
        At deeper() {
            return new At(indent + "  ", first, last, isSaid);
        }

        At said() {
            return new At(indent, first, last, true);
        }

        /** In the modules with these names; the first numbers on the way are those of layers. */
        At within(String begin, String end) {
            return first >= 0 || !isNumber(begin)
                    ? this
                    : new At(indent, Long.parseUnsignedLong(begin), Long.parseUnsignedLong(end), isSaid);
        }
    }

    private void addChildren(At at, TextTable table) {
        List<Map.Entry<String, LayerTree>> entries = new ArrayList<>(children.entrySet());
        for (int i = 0; i < entries.size(); ) {
            int end = endOfRun(entries, i);
            String first = entries.get(i).getKey();
            LayerTree node = entries.get(i).getValue();
            At there = at.within(first, entries.get(end - 1).getKey());
            if (end - i == 1) {
                node.add(there, first, table);
            } else {
                node.addHeading(there, range(entries, i, end) + " × " + count(node.tensorCount), table);
            }
            i = end;
        }
    }

    /** Adds a line for a module, and what it holds. */
    private void addHeading(At at, String title, TextTable table) {
        Treatment treatment = at.isSaid() ? Treatment.UNSAID : commonTreatment();
        boolean sayable = !treatment.isUnsaid() && (treatment.isOfAnyLayer() || at.first() >= 0);
        table.row(at.indent() + title + (sayable ? "  " + treatment.of(at.first(), at.last()) : ""));
        addChildren((sayable ? at.said() : at).deeper(), table);
    }

    /** Adds this node; one that has a single child goes on the same line as that. */
    private void add(At at, String name, TextTable table) {
        if (tensor != null) {
            String treatment = at.isSaid() ? "" : tensor.treatment().of(at.first(), at.last());
            table.row(
                    at.indent() + name,
                    tensor.dtype(),
                    tensor.shape().toString(),
                    ByteSize.format(tensor.byteSize()),
                    treatment);
        }
        if (tensor == null && children.size() == 1) {
            Map.Entry<String, LayerTree> only = children.entrySet().iterator().next();
            only.getValue().add(at.within(only.getKey(), only.getKey()), name + "." + only.getKey(), table);
            return;
        }
        if (children.isEmpty()) {
            return;
        }
        List<Map.Entry<String, LayerTree>> entries = new ArrayList<>(children.entrySet());
        boolean foldsToOne = tensor == null && endOfRun(entries, 0) == entries.size();
        if (foldsToOne) {
            LayerTree layer = entries.get(0).getValue();
            At there = at.within(
                    entries.get(0).getKey(), entries.get(entries.size() - 1).getKey());
            layer.addHeading(
                    there, name + "." + range(entries, 0, entries.size()) + " × " + count(layer.tensorCount), table);
        } else if (tensor == null) {
            addHeading(at, name, table);
        } else {
            addChildren(at.deeper(), table);
        }
    }

    /** How all tensors here are made; unsaid where they are made in several ways. */
    private Treatment commonTreatment() {
        Treatment common = tensor == null ? null : tensor.treatment();
        for (LayerTree child : children.values()) {
            Treatment treatment = child.commonTreatment();
            if (common != null && !common.isLike(treatment)) {
                return Treatment.UNSAID;
            }
            common = treatment;
        }
        return common == null ? Treatment.UNSAID : common;
    }

    /** The end of the run of consecutive numbers from {@code begin} on whose modules hold the same. */
    private static int endOfRun(List<Map.Entry<String, LayerTree>> entries, int begin) {
        int end = begin + 1;
        while (end < entries.size()
                && follows(entries.get(end - 1).getKey(), entries.get(end).getKey())
                && entries.get(begin).getValue().isLike(entries.get(end).getValue())) {
            end++;
        }
        return end;
    }

    private static boolean follows(String a, String b) {
        return isNumber(a) && isNumber(b) && Long.parseUnsignedLong(b) == Long.parseUnsignedLong(a) + 1;
    }

    private static boolean isNumber(String part) {
        return !part.isEmpty() && part.length() <= MOST_DIGITS && part.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Whether both hold the same tensors but for their numbers. */
    private boolean isLike(LayerTree other) {
        if (tensorCount != other.tensorCount
                || (tensor == null) != (other.tensor == null)
                || !children.keySet().equals(other.children.keySet())) {
            return false;
        }
        if (tensor != null && !tensor.isLike(other.tensor)) {
            return false;
        }
        return children.entrySet().stream()
                .allMatch(child -> child.getValue().isLike(other.children.get(child.getKey())));
    }

    private static String count(int tensors) {
        return tensors == 1 ? "1 tensor" : tensors + " tensors";
    }
}
