package dev.fundir.ffi;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The lock of a file, as other programs take it: {@code flock(2)}, or {@code LockFileEx} on Windows.
 *
 * <p>The locks of {@link java.nio.channels.FileLock} are of another kind on Unix, which {@code flock} does not see: a
 * Python program and a Java program would both think they were alone. This lock also excludes others in the same JVM.
 * It is held until it is closed, or the process ends. Safe for many threads.
 */
public final class LockFile implements AutoCloseable {
    /** What the native core knows the lock by; 0 once it was given back. */
    private final AtomicLong token;

    private LockFile(long token) {
        this.token = new AtomicLong(token);
    }

    /**
     * Takes the lock of a file unless somebody has it; does not wait.
     *
     * @param file the file, which is made, and stays; its folder has to exist
     * @return the lock, or empty when another process, or another lock of this one, has it
     * @throws FileSystemException when the file cannot be made or opened, or its file system has no locks
     */
    public static Optional<LockFile> take(Path file) throws FileSystemException {
        Call call = Call.open();
        byte[] name = RawPath.of(file);
        ByteBuffer path = Core.direct(name.length).put(name).flip();
        ByteBuffer token = Core.direct(Long.BYTES);
        try {
            call.check(Status.of(Fundir.lockTake(
                    Core.input(path), name.length, Core.output(token, Long.BYTES), call.detailAddress())));
            long number = token.getLong(0);
            return number == 0 ? Optional.empty() : Optional.of(new LockFile(number));
        } catch (NativeException e) {
            FileSystemException failure = new FileSystemException(file.toString(), null, e.sentence());
            failure.initCause(e);
            throw failure;
        } finally {
            Reference.reachabilityFence(path);
            Reference.reachabilityFence(token);
            Reference.reachabilityFence(call);
        }
    }

    /** Gives the lock back; a second time does nothing. */
    @Override
    public void close() {
        long held = token.getAndSet(0);
        if (held == 0) {
            return;
        }
        Call call = Call.open();
        try {
            call.check(Status.of(Fundir.lockRelease(held, call.detailAddress())));
        } finally {
            Reference.reachabilityFence(call);
        }
    }
}
