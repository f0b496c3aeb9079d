package dev.fundir.hub;

import dev.fundir.ffi.LockFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** Waits for locks that other threads and processes hold. */
final class LockWait {
    private static final int STEP_MILLIS = 50;
    private static final int QUIET_MILLIS = 2000;

    private LockWait() {}

    /**
     * Takes a lock, however long that takes.
     *
     * @param file the lock's file; its folder is made
     * @param what is locked, for a notice when it takes long
     * @param notices what the user is told
     * @throws java.util.concurrent.CancellationException when the thread is interrupted; it stays so
     */
    static LockFile take(Path file, String what, Consumer<String> notices) throws IOException {
        Files.createDirectories(file.getParent());
        for (long waited = 0; ; waited += STEP_MILLIS) {
            Optional<LockFile> lock = tryTake(file);
            if (lock.isPresent()) {
                return lock.get();
            }
            if (waited == QUIET_MILLIS) {
                notices.accept(
                        what + ": it is being downloaded already, by another process or under another name; waiting");
            }
            try {
                Thread.sleep(STEP_MILLIS);
            } catch (InterruptedException e) {
                throw Failures.interrupted(e);
            }
        }
    }

    private static Optional<LockFile> tryTake(Path file) throws FileSystemException {
        try {
            return LockFile.take(file);
        } catch (FileSystemException e) {
            FileSystemException said = new FileSystemException(
                    file.toString(),
                    null,
                    e.getReason() + ". Downloads take locks: they need a folder that you may write to, on a file system"
                            + " with locks; name one by HF_HUB_CACHE");
            said.initCause(e);
            throw said;
        }
    }
}
