package dev.fundir.cli;

import dev.fundir.Checkpoint;
import dev.fundir.CheckpointFile;
import java.io.PrintWriter;
import java.util.Map;

/** The summary that {@code inspect} begins with. */
final class InspectText {
    /** Metadata values are cut here: some tools put whole training logs into them. */
    private static final int LONGEST_VALUE = 100;

    private static final int MOST_FILES = 12;

    private InspectText() {}

    static void write(Checkpoint checkpoint, Architecture architecture, PrintWriter out) {
        out.println(checkpoint.path());
        TextTable summary = new TextTable();
        summary.row("size", ByteSize.format(checkpoint.byteSize()));
        summary.row("tensors", Integer.toString(checkpoint.tensorCount()));
        summary.row("parameters", parameters(checkpoint.parameterCount()));
        summary.row("architecture", architecture.toString());
        summary.write(out);
        dtypes(checkpoint, out);
        metadata(checkpoint, out);
        files(checkpoint, out);
    }

    private static String parameters(long count) {
        return count < 1000 ? Long.toString(count) : ByteSize.count(count) + " (" + count + ")";
    }

    private static void dtypes(Checkpoint checkpoint, PrintWriter out) {
        TextTable table = new TextTable().right(1, 2, 3);
        DTypeTally.of(checkpoint.tensors())
                .forEach((dtype, tally) -> table.row(
                        dtype.name(),
                        tally.tensors() + (tally.tensors() == 1 ? " tensor" : " tensors"),
                        ByteSize.count(tally.parameters()) + " parameters",
                        ByteSize.format(tally.bytes())));
        section("Dtypes", table, out);
    }

    private static void metadata(Checkpoint checkpoint, PrintWriter out) {
        TextTable table = new TextTable();
        for (Map.Entry<String, String> pair : checkpoint.metadata().entrySet()) {
            String value = pair.getValue().replace('\n', ' ');
            table.row(
                    pair.getKey(),
                    value.length() <= LONGEST_VALUE
                            ? value
                            : value.substring(0, LONGEST_VALUE) + "… (" + value.length() + " characters)");
        }
        section("Metadata", table, out);
    }

    private static void files(Checkpoint checkpoint, PrintWriter out) {
        if (checkpoint.files().size() == 1) {
            return;
        }
        TextTable table = new TextTable().right(1, 2);
        for (CheckpointFile file : checkpoint
                .files()
                .subList(0, Math.min(MOST_FILES, checkpoint.files().size()))) {
            table.row(
                    file.path().getFileName().toString(),
                    ByteSize.format(file.byteSize()),
                    file.tensorCount() + " tensors");
        }
        if (checkpoint.files().size() > MOST_FILES) {
            table.row("and " + (checkpoint.files().size() - MOST_FILES) + " more", "", "");
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
