package dev.fundir.cli;

import java.io.PrintWriter;
import java.util.Locale;

/**
 * Shows the progress of a long work: a bar that is redrawn on a terminal, a few plain lines elsewhere. Closing it takes
 * the bar away.
 */
final class ProgressLine implements AutoCloseable {
    private static final int BAR = 24;

    /** Where nobody watches, work that is shorter says nothing, and others a line each quarter. */
    private static final double QUIET_SECONDS = 2;

    private final String verb;
    private final PrintWriter err;
    private final boolean terminal;
    private final boolean unicode;
    private final int columns;
    private int quartersSaid;
    private boolean drawn;

    /** A line for what is being done, in a word. */
    ProgressLine(String verb, Terminal terminal) {
        this.verb = verb;
        err = terminal.err();
        this.terminal = terminal.errIsTerminal();
        unicode = terminal.unicode();
        columns = terminal.columns();
    }

    void show(Progress progress) {
        if (terminal) {
            draw(progress);
        } else {
            say(progress);
        }
    }

    private void draw(Progress progress) {
        String line = ProgressBar.of(progress.fraction(), BAR, unicode) + " " + figures(progress);
        err.print("\r" + line.substring(0, Math.min(line.length(), columns - 1)) + "\u001b[K");
        err.flush();
        drawn = true;
    }

    private void say(Progress progress) {
        int quarters = (int) (progress.fraction() * 4);
        if (progress.seconds() >= QUIET_SECONDS && quarters > quartersSaid && quarters < 4) {
            quartersSaid = quarters;
            err.println(verb + ": " + figures(progress));
        }
    }

    private static String figures(Progress progress) {
        String speed = progress.seconds() > 0
                ? ByteSize.format((long) (progress.bytesDone() / progress.seconds())) + "/s"
                : "";
        String left =
                Double.isNaN(progress.secondsLeft()) ? "" : ", " + Duration.format(progress.secondsLeft()) + " left";
        return String.format(
                Locale.ROOT,
                "%3.0f%% %s of %s, tensor %d of %d, %s%s",
                Math.floor(progress.fraction() * 100),
                ByteSize.format(progress.bytesDone()),
                ByteSize.format(progress.bytesTotal()),
                progress.tensorsDone(),
                progress.tensorsTotal(),
                speed,
                left);
    }

    @Override
    public void close() {
        if (drawn) {
            err.print("\r\u001b[K");
            err.flush();
        }
    }
}
