package dev.fundir.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * What tells a file from another one put in its place.
 *
 * @param key the file system's key, or null where it has none
 * @param size bytes
 * @param modified when its bytes were last changed
 */
public record FileIdentity(Object key, long size, FileTime modified) {
    /**
     * The identity of the file at a path, symbolic links followed.
     *
     * @param path a file
     * @return its identity
     * @throws FileSystemException when it does not exist, may not be read, or is a folder or another thing that is no
     *     file
     * @throws IOException when its attributes cannot be read
     */
    public static FileIdentity of(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            String kind = attributes.isDirectory() ? "is a folder, not a file" : "is not a regular file";
            throw new FileSystemException(path.toString(), null, kind);
        }
        return new FileIdentity(attributes.fileKey(), attributes.size(), attributes.lastModifiedTime());
    }

    /**
     * Opens the file again.
     *
     * @param path where it was
     * @return the file, to be read
     * @throws FileSystemException when it was changed, or another one is in its place
     * @throws IOException when it cannot be opened
     */
    public FileChannel open(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            requireSame(path);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Makes sure that it is still this file.
     *
     * @param path where it was
     * @throws FileSystemException when it was changed, or another one is in its place
     * @throws IOException when its attributes cannot be read
     */
    public void requireSame(Path path) throws IOException {
        if (!equals(of(path))) {
            throw new FileSystemException(
                    path.toString(), null, "the file was changed or replaced since it was opened: open it again");
        }
    }
}
