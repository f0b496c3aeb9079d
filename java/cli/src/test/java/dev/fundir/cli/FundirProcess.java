package dev.fundir.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The command as a process of its own, on the class path of the tests. */
final class FundirProcess {
    private static final long MOST_SECONDS = 120;

    /**
     * What starts a process that heeds Ctrl-C though the tests were started in the background, where shells have it
     * ignored; empty where env has no such option.
     */
    private static final List<String> HEEDING_INTERRUPTS = heedingInterrupts();

    private final Process process;
    private final Path out;
    private final Path err;

    private FundirProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * What a command came to.
     *
     * @param out what it wrote to standard output
     * @param err what it wrote to standard error
     */
    record Outcome(int exitCode, String out, String err) {}

    static Outcome run(Path folder, String... arguments) throws IOException, InterruptedException {
        return run(folder, Map.of(), arguments);
    }

    static Outcome run(Path folder, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        return start(folder, environment, arguments).outcome();
    }

    static FundirProcess start(Path folder, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = command(List.of(), arguments);
        Path out = Files.createTempFile("fundir", ".out");
        Path err = Files.createTempFile("fundir", ".err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        return new FundirProcess(builder.start(), out, err);
    }

    /** What runs the command: the Java of the tests, with options of the JVM. */
    static List<String> command(List<String> options, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "-Dorg.bytedeco.javacpp.cachedir=" + System.getProperty("org.bytedeco.javacpp.cachedir", ""),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        if (Runtime.version().feature() >= 22) {
            command.add(1, "--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(options);
        command.add(Main.class.getName());
        command.addAll(List.of(arguments));
        command.addAll(0, HEEDING_INTERRUPTS);
        return command;
    }

    private static List<String> heedingInterrupts() {
        List<String> env = List.of("env", "--default-signal=INT");
        List<String> attempt = new ArrayList<>(env);
        attempt.add("true");
        try {
            return new ProcessBuilder(attempt).start().waitFor() == 0 ? env : List.of();
        } catch (IOException e) {
            return List.of();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    Process process() {
        return process;
    }

    Outcome outcome() throws IOException, InterruptedException {
        try {
            if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("the command did not end: " + Files.readString(err));
            }
            return new Outcome(
                    process.exitValue(),
                    Files.readString(out, StandardCharsets.UTF_8),
                    Files.readString(err, StandardCharsets.UTF_8));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }
}
