package dev.fundir.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/** The summary that {@code inspect} begins with. */
final class InspectText {
    /** Metadata values are cut here: some tools put whole training logs into them. */
    private static final int LONGEST_VALUE = 100;

    private static final int MOST_FILES = 12;

    private InspectText() {}

    static void write(Inspection model, PrintWriter out) {
        out.println(model.name());
        TextTable summary = new TextTable();
        summary.row("size", ByteSize.format(model.byteSize()));
        summary.row("tensors", Integer.toString(model.tensors().size()));
        summary.row("parameters", parameters(model.parameterCount()));
        summary.row("architecture", model.architecture().toString());
        summary.write(out);
        dtypes(model, out);
        metadata(model, out);
        files(model, out);
    }

    private static String parameters(long count) {
        return count < 1000 ? Long.toString(count) : ByteSize.count(count) + " (" + count + ")";
    }

    private static void dtypes(Inspection model, PrintWriter out) {
        TextTable table = new TextTable().right(1, 2, 3);
        DTypeTally.of(model.tensors())
                .forEach((dtype, tally) -> table.row(
                        dtype,
                        tally.tensors() + (tally.tensors() == 1 ? " tensor" : " tensors"),
                        ByteSize.count(tally.parameters()) + " parameters",
                        ByteSize.format(tally.bytes())));
        section("Dtypes", table, out);
    }

    private static void metadata(Inspection model, PrintWriter out) {
        TextTable table = new TextTable();
        for (Map.Entry<String, String> pair : model.metadata().entrySet()) {
            table.row(pair.getKey(), shortened(pair.getValue()));
        }
        section("Metadata", table, out);
    }

    /** A value of metadata on one line, of a long one its beginning. */
    static String shortened(String value) {
        String line = value.replace('\n', ' ');
        return line.length() <= LONGEST_VALUE
                ? line
                : line.substring(0, LONGEST_VALUE) + "… (" + line.length() + " characters)";
    }

    private static void files(Inspection model, PrintWriter out) {
        if (model.files().size() == 1) {
            return;
        }
        TextTable table = new TextTable().right(1, 2);
        List<Inspection.File> files = model.files();
        for (Inspection.File file : files.subList(0, Math.min(MOST_FILES, files.size()))) {
            table.row(
                    file.path().getFileName().toString(),
                    ByteSize.format(file.byteSize()),
                    file.tensorCount() + " tensors");
        }
        if (model.files().size() > MOST_FILES) {
            table.row("and " + (model.files().size() - MOST_FILES) + " more", "", "");
        }
        section("Files", table, out);
    }

    private static void section(String title, TextTable table, PrintWriter out) {
        if (!table.isEmpty()) {
            out.println();
            out.println(title);
            table.write(out);
        }
    }
}
