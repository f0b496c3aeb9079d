package dev.fundir.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LockFileTest {
    @TempDir
    Path folder;

    @Test
    void aLockHasOneHolderInAProcess() throws IOException {
        Path file = folder.resolve("ä 模.lock");
        LockFile lock = LockFile.take(file).orElseThrow();
        assertTrue(LockFile.take(file).isEmpty());
        lock.close();
        lock.close();
        LockFile.take(file).orElseThrow().close();
        assertTrue(Files.exists(file));
    }

    @Test
    @Timeout(60)
    void aLockHasOneHolderAmongProcesses() throws Exception {
        Path file = folder.resolve("a.lock");
        Process holder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        file.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertEquals('y', holder.getInputStream().read());
            assertTrue(LockFile.take(file).isEmpty());
        } finally {
            holder.destroyForcibly();
        }
        assertTrue(holder.waitFor(30, TimeUnit.SECONDS));
        LockFile.take(file).orElseThrow().close();
    }

    @Test
    void aFailureNamesTheFile() {
        Path file = folder.resolve("missing").resolve("a.lock");
        FileSystemException e = assertThrows(FileSystemException.class, () -> LockFile.take(file));
        assertEquals(file.toString(), e.getFile());
        assertTrue(e.getReason().startsWith("cannot lock: "), e.getReason());
        assertFalse(Files.exists(file));
    }

    /** A process that takes the lock of the file it is given, says so, and waits to be killed. */
    static final class Holder {
        public static void main(String[] arguments) throws Exception {
            try (LockFile lock = LockFile.take(Path.of(arguments[0])).orElseThrow()) {
                System.out.println(lock == null ? 'n' : 'y');
                System.out.flush();
                Thread.sleep(60_000);
            }
        }
    }
}
