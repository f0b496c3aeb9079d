package dev.fundir.cli;

/** Makes long names fit into a line. */
final class Fit {
    private Fit() {}

    /**
     * The end of a name, which tells most.
     *
     * @param name a path, or the name of a tensor
     * @param columns the most characters that it may take
     * @param unicode whether the cut may be shown by more than ASCII
     */
    static String end(String name, int columns, boolean unicode) {
        int length = name.codePointCount(0, name.length());
        if (length <= columns) {
            return name;
        }
        String mark = unicode ? "…" : "...";
        int kept = Math.max(1, columns - mark.length());
        return mark + name.substring(name.offsetByCodePoints(name.length(), -kept));
    }
}
