package dev.fundir.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The command on a terminal of its own, which the program {@code script} of every Linux makes. */
final class TerminalProcess {
    private static final long MOST_SECONDS = 120;
    private static final int INTERRUPT_KEY = 3;

    private final Process process;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final Thread reader = new Thread(this::read, "terminal");

    private TerminalProcess(Process process) {
        this.process = process;
    }

    static TerminalProcess start(Path folder, int columns, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = FundirProcess.command(List.of("-Dfundir.columns=" + columns), arguments);
        String line = "stty cols " + columns + " rows 24; exec "
                + command.stream().map(TerminalProcess::quoted).collect(Collectors.joining(" "));
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of("script", "-qec", line, "/dev/null")))
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().putAll(Map.of("TERM", "xterm-256color", "LC_ALL", "C.UTF-8", "SHELL", "/bin/sh"));
        builder.environment().putAll(environment);
        TerminalProcess terminal = new TerminalProcess(builder.start());
        terminal.reader.start();
        return terminal;
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    private void read() {
        byte[] buffer = new byte[8192];
        try (InputStream in = process.getInputStream()) {
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                synchronized (written) {
                    written.write(buffer, 0, length);
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What was written so far, by the command and by the terminal itself. */
    String written() {
        synchronized (written) {
            return written.toString(StandardCharsets.UTF_8);
        }
    }

    /** Waits until the command has written this. */
    void await(String text) throws InterruptedException {
        while (!written().contains(text)) {
            if (!process.isAlive()) {
                throw new AssertionError("it ended without saying " + text + ": " + written());
            }
            Thread.sleep(5);
        }
    }

    void pressCtrlC() throws IOException {
        OutputStream keyboard = process.getOutputStream();
        keyboard.write(INTERRUPT_KEY);
        keyboard.flush();
    }

    /** Waits for its end and returns the exit code. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("the command did not end: " + written());
        }
        reader.join();
        return process.exitValue();
    }
}
