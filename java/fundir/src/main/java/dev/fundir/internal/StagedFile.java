package dev.fundir.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file that appears at its target complete, or not at all.
 *
 * <p>It is written under another name in the target's folder, forced to the disk, and renamed over the target, which
 * keeps whatever it was until then. A target that is a symbolic link stays one: the file it points to is replaced. A
 * new file's mode comes from the process's umask; a file that is replaced hands on its mode. Not safe for several
 * threads, but {@link #close} may run at JVM shutdown meanwhile.
 */
public final class StagedFile implements AutoCloseable {
    private final Path target;
    private final Path path;
    private final FileChannel channel;
    /** The permissions of the file that is replaced; null for a new file, or where there are none. */
    private final Set<PosixFilePermission> permissions;

    private boolean committed;

    private StagedFile(Path target, Path path, FileChannel channel, Set<PosixFilePermission> permissions) {
        this.target = target;
        this.path = path;
        this.channel = channel;
        this.permissions = permissions;
    }

    /**
     * Creates the staged file, empty.
     *
     * @param target where it is to appear; need not exist, its folder must
     * @return the staged file
     * @throws NoSuchFileException when the target's folder does not exist
     * @throws AccessDeniedException when the target exists and is write-protected, or the folder takes no file
     * @throws IOException when the target is no regular file, or the file cannot be created
     */
    public static StagedFile create(Path target) throws IOException {
        Path real = followLinks(target.toAbsolutePath());
        Set<PosixFilePermission> permissions = null;
        if (Files.exists(real)) {
            requireReplaceable(real);
            permissions = permissionsOf(real);
        }
        Path folder = real.getParent();
        if (!Files.isDirectory(folder)) {
            throw new NoSuchFileException(
                    folder.toString(), null, "the folder to write " + target.getFileName() + " into does not exist");
        }
        return create(real, folder, permissions);
    }

    private static StagedFile create(Path target, Path folder, Set<PosixFilePermission> permissions)
            throws IOException {
        while (true) {
            Path path = folder.resolve(
                    ".fundir-" + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".tmp");
            AbandonedFiles.add(path);
            try {
                FileChannel channel = FileChannel.open(
                        path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
                return new StagedFile(target, path, channel, permissions).protectedAsTarget();
            } catch (FileAlreadyExistsException e) {
                AbandonedFiles.remove(path);
            } catch (AccessDeniedException e) {
                AbandonedFiles.remove(path);
                throw new AccessDeniedException(target.toString(), null, "no file can be made in " + folder);
            } catch (IOException e) {
                AbandonedFiles.remove(path);
                throw e;
            }
        }
    }

    private static Path followLinks(Path target) throws IOException {
        Path path = target;
        for (int links = 0; Files.isSymbolicLink(path); links++) {
            if (links == 40) {
                throw new FileSystemException(target.toString(), null, "too many symbolic links");
            }
            path = path.resolveSibling(Files.readSymbolicLink(path));
        }
        return path;
    }

    private static void requireReplaceable(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new FileSystemException(
                    file.toString(), null, "exists and is not a regular file: it cannot be replaced by one");
        }
        if (!Files.isWritable(file)) {
            throw new AccessDeniedException(file.toString(), null, "exists and is write-protected");
        }
    }

    private static Set<PosixFilePermission> permissionsOf(Path file) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        return view == null ? null : view.readAttributes().permissions();
    }

    /** Nobody may read the staged bytes who could not read the target; the owner must be able to write them. */
    private StagedFile protectedAsTarget() throws IOException {
        if (permissions == null) {
            return this;
        }
        try {
            Set<PosixFilePermission> staged =
                    EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
            staged.addAll(permissions);
            Files.setPosixFilePermissions(path, staged);
            return this;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /**
     * The file that is written meanwhile.
     *
     * @return an absolute path in the target's folder
     */
    public Path path() {
        return path;
    }

    /**
     * The file it becomes, symbolic links followed.
     *
     * @return an absolute path
     */
    public Path target() {
        return target;
    }

    /**
     * The open staged file, for reading and writing.
     *
     * @return the same channel each time, closed by {@link #commit} and {@link #close}
     */
    public FileChannel channel() {
        return channel;
    }

    /**
     * Makes the file appear at its target, durably.
     *
     * @throws IOException when that fails; the target is then what it was, unless only its folder could not be forced
     *     to the disk
     */
    public void commit() throws IOException {
        channel.force(true);
        if (permissions != null) {
            Files.setPosixFilePermissions(path, permissions);
        }
        channel.close();
        Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
        committed = true;
        AbandonedFiles.remove(path);
        forceFolder();
    }

    private void forceFolder() throws IOException {
        if (Files.getFileAttributeView(target, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS) == null) {
            return; // Windows cannot open a folder, and its rename is durable by itself
        }
        try (FileChannel folder = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    /**
     * Deletes the staged file, unless it was committed. May be called twice.
     *
     * @throws IOException when it cannot be deleted
     */
    @Override
    public void close() throws IOException {
        if (committed) {
            return;
        }
        try {
            channel.close();
        } finally {
            AbandonedFiles.delete(path);
        }
    }
}
