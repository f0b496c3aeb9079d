package dev.fundir.cli;

/** Draws how much of something is done, in eighths of a cell where the terminal can. */
final class ProgressBar {
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉█";

    private ProgressBar() {}

    /**
     * A bar.
     *
     * @param fraction the done part, 0 to 1
     * @param cells characters between its ends
     * @param unicode whether more than ASCII may be used
     * @return {@code cells + 1} characters, or {@code cells + 2} of ASCII
     */
    static String of(double fraction, int cells, boolean unicode) {
        int eighths = (int) (fraction * cells * 8);
        StringBuilder bar = new StringBuilder(cells + 2).append(unicode ? "" : "[");
        for (int cell = 0; cell < cells; cell++) {
            int filled = Math.max(0, Math.min(8, eighths - cell * 8));
            bar.append(unicode ? EIGHTHS.charAt(filled) : filled == 8 ? '#' : '-');
        }
        return bar.append(unicode ? "▏" : "]").toString();
    }
}
