package dev.fundir.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A temporary folder that is deleted with all that is in it, also when the JVM is told to stop meanwhile (Ctrl-C). */
final class DemoFolder implements AutoCloseable {
    /** How long the end of the JVM waits for the thread that works in the folder to leave it. */
    private static final long LEAVE_SECONDS = 10;

    private final Path path;
    private final CountDownLatch deleted = new CountDownLatch(1);
    private final Thread stop;

    private DemoFolder(Path path, Thread worker) {
        this.path = path;
        stop = new Thread(() -> stop(worker), "fundir-demo-stop");
    }

    /** Creates the folder, for the calling thread to work in. */
    static DemoFolder create() throws IOException {
        DemoFolder folder = new DemoFolder(Files.createTempDirectory("fundir-demo"), Thread.currentThread());
        Runtime.getRuntime().addShutdownHook(folder.stop);
        return folder;
    }

    Path path() {
        return path;
    }

    private void stop(Thread worker) {
        worker.interrupt();
        try {
            deleted.await(LEAVE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } finally {
            deleted.countDown();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException e) {
            // The JVM is stopping, and the hook has been waiting for this.
            return;
        }
    }
}
