package dev.fundir.internal.edit;

import dev.fundir.ffi.HeaderRules;
import dev.fundir.internal.FileIdentity;
import dev.fundir.internal.HeaderIndex;
import dev.fundir.internal.HeaderReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file whose header is edited, open for reading.
 *
 * @param path where it is, symbolic links followed
 * @param identity what it was when it was opened
 * @param header its header, checked
 * @param text the header's text
 */
record HeaderFile(Path path, FileIdentity identity, FileChannel channel, HeaderIndex header, HeaderText text)
        implements AutoCloseable {

    /** Opens a file, and reads and checks its header. */
    static HeaderFile open(Path file) throws IOException {
        FileIdentity identity = FileIdentity.of(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            HeaderIndex header = HeaderReader.read(channel, identity.size(), file, HeaderRules.FORMAT);
            HeaderText text = HeaderText.of(HeaderReader.start(channel, header.dataStart(), file));
            return new HeaderFile(file.toRealPath(), identity, channel, header, text);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The size of all tensors. */
    long dataSize() {
        return identity.size() - header.dataStart();
    }

    /** Whether the file has other names too, by hard links; false where the system does not tell. */
    boolean hasOtherNames() throws IOException {
        try {
            return Files.getAttribute(path, "unix:nlink") instanceof Integer links && links > 1;
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return false; // Windows, whose views of a file have no such number
        }
    }

    /** Appends all tensors to a file. */
    void copyDataTo(FileChannel target) throws IOException {
        long at = header.dataStart();
        // Up to the next block, and all blocks at once: those that a file system can share begin and end at blocks.
        long block = Math.min(identity.size(), (at + ChangedText.BLOCK - 1) / ChangedText.BLOCK * ChangedText.BLOCK);
        copy(at, block, target);
        copy(block, identity.size(), target);
    }

    private void copy(long begin, long end, FileChannel target) throws IOException {
        for (long at = begin; at < end; ) {
            long copied = channel.transferTo(at, end - at, target);
            if (copied <= 0) {
                throw new EOFException(path + ": the file was cut to " + channel.size() + " bytes while it was copied: "
                        + "edit it again when it is complete");
            }
            at += copied;
        }
    }

    /** Refuses to go on when somebody else has changed the file, or has put another one in its place. */
    void requireUnchanged() throws IOException {
        if (!identity.equals(FileIdentity.of(path))) {
            throw new FileSystemException(
                    path.toString(), null, "was changed by others while it was edited: nothing is written, try again");
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
