package dev.fundir.hub;

import dev.fundir.internal.FileIdentity;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A file that is to be uploaded. What is read of it is of the file that it was when it was found; if it is changed
 * meanwhile, that is an error.
 *
 * @param file where it is
 * @param identity what it was
 * @param path where it goes in the model
 */
record UploadFile(Path file, FileIdentity identity, String path) {
    private static final int BLOCK = 1 << 20;

    static UploadFile of(Path file, String path) throws IOException {
        return new UploadFile(file, FileIdentity.of(file), path);
    }

    long size() {
        return identity.size();
    }

    /** Its first bytes, by which the Hub tells texts from others. */
    byte[] sample(int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(length, size()));
        try (FileChannel channel = identity.open(file)) {
            fill(channel, bytes, 0);
        }
        return bytes.array();
    }

    /** The hash by which Git LFS knows it. */
    String sha256() throws IOException {
        return hash(ContentHash.ofLargeFile());
    }

    /** The hash by which git knows it. */
    String gitOid() throws IOException {
        return hash(ContentHash.ofGitBlob(size()));
    }

    private String hash(ContentHash.Digest digest) throws IOException {
        ByteBuffer block = ByteBuffer.allocateDirect((int) Math.min(BLOCK, Math.max(1, size())));
        try (FileChannel channel = identity.open(file)) {
            for (long at = 0; at < size(); at += block.limit()) {
                block.clear().limit((int) Math.min(block.capacity(), size() - at));
                fill(channel, block, at);
                digest.update(block.flip());
            }
        }
        requireSame();
        return digest.end().hex();
    }

    /** Fills a buffer from a place of the file. */
    void fill(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, at + bytes.position()) < 0) {
                throw new EOFException(file + ": the file was cut while it was uploaded: nothing was committed."
                        + " Upload it again when it is complete");
            }
        }
    }

    /** Makes sure that nobody has changed it. */
    void requireSame() throws IOException {
        identity.requireSame(file);
    }
}
