package dev.fundir.cli;

import dev.fundir.hub.TransferProgress;
import dev.fundir.hub.TransferProgress.FileProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Files on their way, on a terminal: a bar for all of them and one for each. Closing it takes it away. */
final class TransferTable implements AutoCloseable {
    private static final int FEWEST_COLUMNS = 60;
    private static final int WIDEST = 100;
    private static final int MOST_FILES = 8;
    private static final int BAR = 16;
    /** " 100% 1.23 GB of 1.23 GB", with the blanks around the bar. */
    private static final int FIGURES = 27;

    private final LiveScreen screen;
    private final FileSpeeds speeds = new FileSpeeds();
    private final int width;
    private final boolean unicode;

    TransferTable(Terminal terminal) {
        screen = new LiveScreen(terminal);
        width = Math.min(terminal.columns() - 1, WIDEST);
        unicode = terminal.unicode();
    }

    /** Whether there is room for it where people look. */
    static boolean fits(Terminal terminal) {
        return terminal.errIsTerminal() && terminal.columns() >= FEWEST_COLUMNS && Terminal.lines() > MOST_FILES + 3;
    }

    /** Draws how far it is, and below that the last thing that the user was told. */
    void show(TransferProgress progress, Optional<String> notice) {
        List<String> lines = new ArrayList<>();
        lines.add(ProgressBar.of(TransferText.fraction(progress), Math.max(10, width - 72), unicode) + " "
                + TransferText.figures(progress));
        List<FileProgress> files = progress.current();
        for (FileProgress file : files.subList(0, Math.min(MOST_FILES, files.size()))) {
            lines.add(row(file, progress.seconds()));
        }
        if (files.size() > MOST_FILES) {
            lines.add("  and " + (files.size() - MOST_FILES) + " more");
        }
        notice.ifPresent(sentence -> lines.add("  note: " + sentence));
        speeds.keep(files);
        screen.draw(lines);
    }

    private String row(FileProgress file, double seconds) {
        String speed = speeds.text(file, seconds);
        double fraction = TransferText.fraction(file.bytesDone(), file.bytesTotal());
        String figures = String.format(
                Locale.ROOT,
                " %3.0f%%  %s of %s",
                Math.floor(fraction * 100),
                ByteSize.format(file.bytesDone()),
                ByteSize.format(file.bytesTotal()));
        String end = ProgressBar.of(fraction, BAR, unicode) + figures + speed;
        int room = Math.max(10, width - 3 - BAR - Math.max(FIGURES, figures.length()) - FileSpeeds.WIDTH);
        String name = Fit.end(file.path(), room, unicode);
        return "  " + name + " ".repeat(room - Math.min(room, name.codePointCount(0, name.length())) + 1) + end;
    }

    @Override
    public void close() {
        screen.close();
    }
}
