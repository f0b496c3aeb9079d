package dev.fundir.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Bytes that are written once and then read through a mapping, in a temporary file that nobody else sees: memory need
 * not hold them. Where the system allows it the file has no name any more once it is mapped, and its space comes back
 * with the mapping; else it is deleted at the end of the JVM. Not safe for many threads.
 */
public final class ScratchFile implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;

    private ScratchFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Creates an empty one in the folder {@code java.io.tmpdir}.
     *
     * @return the file
     * @throws IOException when that folder takes no file
     */
    public static ScratchFile create() throws IOException {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        Path path;
        try {
            path = Files.createTempFile(folder, "fundir-", ".tmp");
        } catch (NoSuchFileException e) {
            NoSuchFileException said = new NoSuchFileException(
                    folder.toString(), null, "the folder for temporary files, java.io.tmpdir, does not exist");
            said.initCause(e);
            throw said;
        }
        try {
            AbandonedFiles.add(path);
            return new ScratchFile(path, FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } catch (IOException e) {
            AbandonedFiles.delete(path);
            throw e;
        }
    }

    /**
     * The open file.
     *
     * @return the same channel each time
     */
    public FileChannel channel() {
        return channel;
    }

    /**
     * Maps what has been written.
     *
     * @param tensors where its tensors lie
     * @return the mapped bytes, which outlive this object
     * @throws IOException when it cannot be mapped
     */
    public MappedFile map(TensorExtents tensors) throws IOException {
        return MappedFile.map(channel, FileIdentity.of(path), tensors, path);
    }

    /**
     * Closes the file and takes its name away.
     *
     * @throws IOException when closing fails
     */
    @Override
    public void close() throws IOException {
        channel.close();
        try {
            AbandonedFiles.delete(path);
        } catch (FileSystemException e) {
            // Windows keeps a mapped file; it is registered, and deleted at the end of the JVM.
        }
    }
}
