package dev.fundir.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.UUID;

/**
 * The folder that models are cached in, as the Python tools lay it out; they and fundir use it by turns, and at the
 * same time. Immutable, safe for many threads.
 *
 * @param path the folder, which need not exist
 * @param hasLinks whether symbolic links are made; without them each file lies in its snapshot itself
 */
record CacheFolder(Path path, boolean hasLinks) {
    private static final String TAG = "CACHEDIR.TAG";
    private static final String TAG_TEXT = """
            Signature: 8a477f597d28d172789f06886806bc55
            # This folder is a cache: backups can leave it out.
            # See https://bford.info/cachedir/
            """;

    static CacheFolder of(Path path) {
        return new CacheFolder(path, true);
    }

    /** What is cached of a model. */
    CachedModel model(ModelId id) {
        return new CachedModel(this, id);
    }

    /** Makes the folder, and tells programs for backups that it is a cache. */
    void create() throws IOException {
        tag(path);
    }

    /** Makes a folder for what can be made again. */
    static void tag(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path tag = folder.resolve(TAG);
        if (!Files.exists(tag)) {
            writeWhole(tag, TAG_TEXT);
        }
    }

    /** Writes a small file so that readers see the old text or the new one, and nothing between. */
    static void writeWhole(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            Files.writeString(fresh, text);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** Puts a complete file in its place, durably; what is there is replaced. */
    static void move(Path complete, Path place) throws IOException {
        Files.move(complete, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Path folder = place.toAbsolutePath().getParent();
        if (Files.getFileAttributeView(folder, PosixFileAttributeView.class) != null) {
            try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
                entries.force(true);
            }
        }
    }

    /**
     * Has a place of a snapshot show a blob.
     *
     * @param blob the file, which another place may show as well
     * @param pointer where it is to be seen
     * @param isNew whether no other place shows it yet, so that it may be moved where there are no links
     */
    void show(Path blob, Path pointer, boolean isNew) throws IOException {
        Files.createDirectories(pointer.getParent());
        if (hasLinks && link(blob, pointer)) {
            return;
        }
        if (isNew && !Files.isSymbolicLink(blob)) {
            move(blob, pointer);
        } else {
            copy(blob, pointer);
        }
    }

    /** Makes a link; answers false where the file system has none. */
    private static boolean link(Path blob, Path pointer) throws IOException {
        Path target = pointer.toAbsolutePath().getParent().relativize(blob.toAbsolutePath());
        if (Files.exists(pointer, LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(pointer);
        }
        try {
            Files.createSymbolicLink(pointer, target);
            return true;
        } catch (FileAlreadyExistsException e) {
            // Another process was faster.
            if (Files.isSymbolicLink(pointer) && Files.readSymbolicLink(pointer).equals(target)) {
                return true;
            }
            throw e;
        } catch (NoSuchFileException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException e) {
            // Links are a comfort: where there are none the file itself is put there.
            return false;
        }
    }

    /** Copies a file; it appears when it is whole. */
    static void copy(Path file, Path place) throws IOException {
        Path fresh = place.resolveSibling(place.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            Files.copy(file, fresh);
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            move(fresh, place);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
