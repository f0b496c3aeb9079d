package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Merges that are ended from outside. */
@DisabledOnOs(OS.WINDOWS)
class InterruptionTest {
    private static final int MEGABYTES = 96;

    @TempDir
    Path folder;

    @BeforeEach
    void writeModels() throws IOException {
        for (String name : List.of("a.safetensors", "b.safetensors")) {
            CheckpointWriter.to(folder.resolve(name))
                    .tensor("w", DType.BF16, new long[] {MEGABYTES, 500_000}, channel -> {
                        for (int i = 0; i < MEGABYTES; i++) {
                            channel.write(ByteBuffer.allocate(1_000_000));
                        }
                    })
                    .write();
        }
        Files.writeString(folder.resolve("out.safetensors"), "old");
    }

    @Test
    void ctrlCLeavesNothing() throws Exception {
        FundirProcess merge = startAndWaitUntilItWrites("out");
        signal("INT", merge.process());
        FundirProcess.Outcome outcome = merge.outcome();
        assertEquals(130, outcome.exitCode(), outcome.err());
        assertEquals(
                List.of("note: no base is given: the first model, a.safetensors, is the base"),
                outcome.err().lines().toList());
        assertEquals(List.of("a.safetensors", "b.safetensors", "out.safetensors"), files());
        assertEquals("old", Files.readString(folder.resolve("out.safetensors")));
    }

    @Test
    void ctrlCLeavesNothingOfADemo() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("temporary"));
        FundirProcess demo =
                FundirProcess.start(folder, Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary), "demo");
        while (demo.process().isAlive() && isEmpty(temporary)) {
            Thread.sleep(2);
        }
        signal("INT", demo.process());
        assertEquals(130, demo.outcome().exitCode());
        assertEquals(true, isEmpty(temporary));
    }

    @Test
    void killLeavesTheOldOutput() throws Exception {
        FundirProcess merge = startAndWaitUntilItWrites("out.safetensors");
        signal("KILL", merge.process());
        assertNotEquals(0, merge.outcome().exitCode());
        assertEquals("old", Files.readString(folder.resolve("out.safetensors")));
    }

    /** One thread and masks that are drawn in sequence take this merge about a second. */
    private FundirProcess startAndWaitUntilItWrites(String output) throws IOException, InterruptedException {
        FundirProcess merge = FundirProcess.start(
                folder,
                Map.of(),
                "merge",
                "a.safetensors",
                "b.safetensors",
                "--method",
                "dare_ties",
                "--set",
                "rng=mt19937",
                "--threads",
                "1",
                "--force",
                "-o",
                output);
        while (merge.process().isAlive() && !isWriting(folder) && !isWriting(folder.resolve("out"))) {
            Thread.sleep(2);
        }
        assertEquals(true, merge.process().isAlive(), "it ended before it could be interrupted");
        return merge;
    }

    /** Whether no demo has a folder there. The JVM and its libraries have files of their own. */
    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.noneMatch(file -> file.getFileName().toString().startsWith("fundir-demo"));
        }
    }

    private static boolean isWriting(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.getFileName().toString().endsWith(".tmp")
                    && file.toFile().length() > 1_000_000);
        }
    }

    private static void signal(String name, Process process) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor());
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
