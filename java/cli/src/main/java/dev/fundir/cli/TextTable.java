package dev.fundir.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Rows of cells that are padded to columns, two blanks before each. A row of one cell is a heading and may be longer.
 */
final class TextTable {
    private final List<String[]> rows = new ArrayList<>();
    private final Set<Integer> right = new TreeSet<>();

    /** Aligns columns to the right. */
    TextTable right(int... columns) {
        for (int column : columns) {
            right.add(column);
        }
        return this;
    }

    TextTable row(String... cells) {
        rows.add(cells);
        return this;
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    void write(PrintWriter out) {
        int columns = rows.stream().mapToInt(row -> row.length).max().orElse(0);
        int[] widths = new int[columns];
        for (String[] row : rows) {
            for (int i = 0; i < row.length && row.length > 1; i++) {
                widths[i] = Math.max(widths[i], width(row[i]));
            }
        }
        rows.forEach(row -> out.println(line(row, widths)));
    }

    private String line(String[] row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.length; i++) {
            String padding = " ".repeat(Math.max(0, widths[i] - width(row[i])));
            line.append("  ").append(right.contains(i) ? padding + row[i] : row[i] + padding);
        }
        return line.toString().stripTrailing();
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }
}
