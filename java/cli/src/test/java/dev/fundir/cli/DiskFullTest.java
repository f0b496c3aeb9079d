package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A merge whose output does not fit, on a file system of its own that only root can mount. */
class DiskFullTest {
    @TempDir
    Path folder;

    private Path small;

    @BeforeEach
    void mount() throws IOException, InterruptedException {
        small = Files.createDirectory(folder.resolve("small"));
        assumeTrue(
                succeeds("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", small.toString()),
                "skipped: only root can mount the small file system that this test fills");
    }

    @AfterEach
    void unmount() throws IOException, InterruptedException {
        succeeds("umount", small.toString());
    }

    @Test
    void failureNamesTheOutputAndLeavesNothing() throws IOException {
        Path model = folder.resolve("model.safetensors");
        DemoModel.write(model, 0);
        Path old = Files.writeString(small.resolve("out.safetensors"), "old");
        FundirProcess.Outcome outcome =
                Command.run("merge", model.toString(), "-m", "average", "--force", "-o", old.toString());
        assertEquals(1, outcome.exitCode(), outcome.err());
        assertTrue(outcome.err().startsWith("fundir: " + old + ": "), outcome.err());
        assertTrue(outcome.err().contains("No space left"), outcome.err());
        assertEquals("old", Files.readString(old));
        try (Stream<Path> files = Files.list(small)) {
            assertEquals(List.of(old), files.toList());
        }
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
