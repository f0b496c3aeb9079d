package dev.fundir.cli;

import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Where a command writes: results to {@code out}, everything else to {@code err}, both UTF-8.
 *
 * @param out results; buffered until it is closed or flushed
 * @param err progress, notices and failures; flushed with each line
 * @param outIsTerminal whether a person looks at the results
 * @param errIsTerminal whether a person looks at the progress, on a terminal whose cursor can be moved
 * @param colour whether colour may be used on a terminal
 * @param unicode whether a terminal can draw more than ASCII
 * @param columns the width of a terminal
 */
record Terminal(
        PrintWriter out,
        PrintWriter err,
        boolean outIsTerminal,
        boolean errIsTerminal,
        boolean colour,
        boolean unicode,
        int columns)
        implements AutoCloseable {

    private static final int USUAL_COLUMNS = 80;
    private static final int USUAL_LINES = 24;
    private static final int OUT = 1;
    private static final int ERR = 2;

    /** The streams of this process. */
    static Terminal ofProcess() {
        Map<String, String> environment = System.getenv();
        return new Terminal(
                new PrintWriter(writer(FileDescriptor.out), false),
                new PrintWriter(writer(FileDescriptor.err), true),
                isTerminal(OUT),
                isTerminal(ERR) && !isDumb(environment),
                environment.getOrDefault("NO_COLOR", "").isEmpty() && !isDumb(environment),
                speaksUtf8(environment) && !Boolean.getBoolean("fundir.ascii"),
                size("fundir.columns", USUAL_COLUMNS));
    }

    /** The height of the terminal. */
    static int lines() {
        return size("fundir.lines", USUAL_LINES);
    }

    /** What the launcher has found out; terminals that do not know their size say 0. */
    private static int size(String property, int usual) {
        int size = Integer.getInteger(property, usual);
        return size > 0 ? size : usual;
    }

    private static boolean isDumb(Map<String, String> environment) {
        return "dumb".equals(environment.get("TERM"));
    }

    private static BufferedWriter writer(FileDescriptor stream) {
        return new BufferedWriter(new OutputStreamWriter(new FileOutputStream(stream), StandardCharsets.UTF_8));
    }

    /** Java cannot tell for one stream alone: the launcher says so, or the system shows what the stream is. */
    private static boolean isTerminal(int stream) {
        if (Boolean.getBoolean("fundir.terminal." + stream)) {
            return true;
        }
        try {
            String target =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + stream)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static boolean speaksUtf8(Map<String, String> environment) {
        for (String name : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
            String value = environment.getOrDefault(name, "");
            if (!value.isEmpty()) {
                String lower = value.toLowerCase(Locale.ROOT);
                return lower.contains("utf-8") || lower.contains("utf8");
            }
        }
        return false;
    }

    /** The same with nobody who sees what is written to {@code err}. */
    Terminal withoutErr() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        return new Terminal(out, nowhere, outIsTerminal, /* errIsTerminal= */ false, colour, unicode, columns);
    }

    /** Writes out what is buffered. */
    @Override
    public void close() {
        out.flush();
        err.flush();
    }
}
