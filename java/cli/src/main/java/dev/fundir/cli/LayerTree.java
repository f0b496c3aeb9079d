package dev.fundir.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tensors of a model by the parts of their names. Numbered modules that hold the same tensors, which is what the
 * layers of a model do, are shown once: {@code layers.0-21 × 9 tensors}.
 */
final class LayerTree {
    private final Map<String, LayerTree> children = new TreeMap<>(NaturalOrder.INSTANCE);
    private Inspection.Entry tensor;
    private int tensorCount;

    private LayerTree() {}

    static LayerTree of(List<Inspection.Entry> tensors) {
        LayerTree root = new LayerTree();
        for (Inspection.Entry tensor : tensors) {
            LayerTree node = root;
            node.tensorCount++;
            for (String part : tensor.name().split("\\.", -1)) {
                node = node.children.computeIfAbsent(part, key -> new LayerTree());
                node.tensorCount++;
            }
            node.tensor = tensor;
        }
        return root;
    }

    void write(PrintWriter out) {
        TextTable table = new TextTable().right(3);
        addChildren("", table);
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

    private void addChildren(String indent, TextTable table) {
        List<Map.Entry<String, LayerTree>> entries = new ArrayList<>(children.entrySet());
        for (int i = 0; i < entries.size(); ) {
            int end = endOfRun(entries, i);
            String first = entries.get(i).getKey();
            LayerTree node = entries.get(i).getValue();
            if (end - i == 1) {
                node.add(indent, first, table);
            } else {
                table.row(indent + range(entries, i, end) + " × " + count(node.tensorCount));
                node.addChildren(indent + "  ", table);
            }
            i = end;
        }
    }

    /** Adds this node; one that has a single child goes on the same line as that. */
    private void add(String indent, String name, TextTable table) {
        if (tensor != null) {
            table.row(indent + name, tensor.dtype(), tensor.shape().toString(), ByteSize.format(tensor.byteSize()));
        }
        if (tensor == null && children.size() == 1) {
            Map.Entry<String, LayerTree> only = children.entrySet().iterator().next();
            only.getValue().add(indent, name + "." + only.getKey(), table);
            return;
        }
        if (children.isEmpty()) {
            return;
        }
        List<Map.Entry<String, LayerTree>> entries = new ArrayList<>(children.entrySet());
        boolean foldsToOne = tensor == null && endOfRun(entries, 0) == entries.size();
        if (foldsToOne) {
            LayerTree layer = entries.get(0).getValue();
            table.row(indent + name + "." + range(entries, 0, entries.size()) + " × " + count(layer.tensorCount));
            layer.addChildren(indent + "  ", table);
        } else {
            if (tensor == null) {
                table.row(indent + name);
            }
            addChildren(indent + "  ", table);
        }
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
        try {
            return Long.parseUnsignedLong(b) == Long.parseUnsignedLong(a) + 1;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** Whether both hold tensors of the same names, dtypes and shapes. */
    private boolean isLike(LayerTree other) {
        if (tensorCount != other.tensorCount
                || (tensor == null) != (other.tensor == null)
                || !children.keySet().equals(other.children.keySet())) {
            return false;
        }
        if (tensor != null
                && !(tensor.dtype().equals(other.tensor.dtype())
                        && tensor.shape().equals(other.tensor.shape()))) {
            return false;
        }
        return children.entrySet().stream()
                .allMatch(child -> child.getValue().isLike(other.children.get(child.getKey())));
    }

    private static String count(int tensors) {
        return tensors == 1 ? "1 tensor" : tensors + " tensors";
    }
}
