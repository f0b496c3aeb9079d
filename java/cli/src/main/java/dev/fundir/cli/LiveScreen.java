package dev.fundir.cli;

import java.io.PrintWriter;
import java.util.List;

/**
 * Lines at the end of a terminal that are drawn again in their place. A frame is one write, so it does not flicker.
 * When it is closed, or the JVM ends, the lines are gone and the cursor is where they began. Safe for many threads.
 */
final class LiveScreen implements AutoCloseable {
    private static final String ESCAPE = "\u001b[";
    private static final String HIDE_CURSOR = ESCAPE + "?25l";
    private static final String SHOW_CURSOR = ESCAPE + "?25h";
    /** A terminal that was made narrower cuts lines then, and the count of lines stays right. */
    private static final String NO_WRAP = ESCAPE + "?7l";

    private static final String WRAP = ESCAPE + "?7h";
    private static final String ERASE_LINE = ESCAPE + "K";
    private static final String ERASE_BELOW = ESCAPE + "J";

    private final PrintWriter err;
    private final int columns;
    private final Thread atExit = new Thread(this::close, "fundir-screen");
    private int linesDrawn;
    private boolean closed;

    /** A screen on the terminal of the error stream, on which nothing is drawn yet. */
    LiveScreen(Terminal terminal) {
        err = terminal.err();
        columns = terminal.columns();
    }

    /**
     * Replaces what was drawn before; does nothing once the screen is closed.
     *
     * @param lines at least one; each is cut to the width of the terminal
     */
    synchronized void draw(List<String> lines) {
        if (closed || (linesDrawn == 0 && !watchExit())) {
            return;
        }
        StringBuilder frame = new StringBuilder(HIDE_CURSOR).append(NO_WRAP).append(toFirstLine());
        for (int i = 0; i < lines.size(); i++) {
            frame.append(i == 0 ? "" : "\r\n").append(cut(lines.get(i))).append(ERASE_LINE);
        }
        // The cursor waits in the first column, where the ^C that a terminal shows takes no line of its own.
        frame.append(ERASE_BELOW).append(WRAP).append('\r');
        linesDrawn = lines.size();
        write(frame);
    }

    /** Whether the lines will be erased however the JVM ends; false when it is ending already. */
    private boolean watchExit() {
        try {
            Runtime.getRuntime().addShutdownHook(atExit);
            return true;
        } catch (IllegalStateException e) {
            closed = true;
            return false;
        }
    }

    private String toFirstLine() {
        return linesDrawn > 1 ? "\r" + ESCAPE + (linesDrawn - 1) + "A" : "\r";
    }

    /** The last column stays free; names in a file must not give the terminal orders. */
    private String cut(String line) {
        StringBuilder cut = new StringBuilder();
        line.codePoints()
                .limit(columns - 1L)
                .map(character -> Character.isISOControl(character) ? '?' : character)
                .forEach(cut::appendCodePoint);
        return cut.toString();
    }

    private void write(CharSequence text) {
        err.print(text);
        err.flush();
    }

    /** Erases the lines and shows the cursor. */
    @Override
    public synchronized void close() {
        if (!closed && linesDrawn > 0) {
            write(toFirstLine() + ERASE_BELOW + SHOW_CURSOR);
            forgetExit();
        }
        closed = true;
    }

    private void forgetExit() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM is ending, which is why this runs or what it hurries along with.
            closed = true;
        }
    }
}
