package dev.fundir.cli;

import java.util.List;

/** Bars of characters: blocks where the terminal can draw them, else ASCII. */
record Sketch(boolean unicode) {
    private static final String BLOCKS = " ▁▂▃▄▅▆▇█";
    private static final String STEPS = " .:-=+*#@";
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉█";

    /** A character for each count, by its share of the largest; nothing but 0 is blank. */
    String line(List<Long> counts) {
        String levels = unicode ? BLOCKS : STEPS;
        long most = counts.stream().mapToLong(Long::longValue).max().orElse(0);
        StringBuilder line = new StringBuilder("|");
        for (long count : counts) {
            line.append(levels.charAt(count == 0 ? 0 : 1 + (int) (7.0 * count / most)));
        }
        return line.append('|').toString();
    }

    /** A bar to the right: a part, 0 to 1, of a width in characters. */
    String bar(double part, int width) {
        int eighths = (int) Math.round(part * width * 8);
        if (!unicode) {
            return "#".repeat((eighths + 4) / 8);
        }
        String rest = eighths % 8 == 0 ? "" : String.valueOf(EIGHTHS.charAt(eighths % 8));
        return "█".repeat(eighths / 8) + rest;
    }
}
