package dev.fundir.cli;

import java.io.PrintWriter;
import java.util.List;

/** Every tensor on a line of its own, numbers in names counted as numbers. */
final class TensorList {
    private TensorList() {}

    static void write(List<Inspection.Entry> tensors, PrintWriter out) {
        TextTable table = new TextTable().right(3);
        tensors.stream()
                .sorted((a, b) -> NaturalOrder.INSTANCE.compare(a.name(), b.name()))
                .forEach(tensor -> table.row(
                        tensor.name(), tensor.dtype(), tensor.shape().toString(), ByteSize.format(tensor.byteSize())));
        table.write(out);
    }
}
