package dev.fundir.hub.fake;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The bytes of a file of the fake Hub, in memory or in a file. */
public interface Content {
    /** How many bytes. */
    long size();

    /** Writes a range of them. */
    void write(long offset, long length, WritableByteChannel to) throws IOException;

    /** Bytes in memory. */
    static Content of(byte[] bytes) {
        return new Content() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public void write(long offset, long length, WritableByteChannel to) throws IOException {
                ByteBuffer range = ByteBuffer.wrap(bytes, (int) offset, (int) length);
                while (range.hasRemaining()) {
                    to.write(range);
                }
            }
        };
    }

    /** The bytes of a file. */
    static Content of(Path file) throws IOException {
        long size = Files.size(file);
        return new Content() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public void write(long offset, long length, WritableByteChannel to) throws IOException {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                    for (long done = 0; done < length; ) {
                        done += channel.transferTo(offset + done, length - done, to);
                    }
                }
            }
        };
    }

    /** All of them. */
    default byte[] bytes() throws IOException {
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        write(0, size(), java.nio.channels.Channels.newChannel(all));
        return all.toByteArray();
    }

    /** Their SHA-256. */
    default String sha256() throws IOException {
        return digest("SHA-256", new byte[0]);
    }

    /** Their hash in git. */
    default String gitOid() throws IOException {
        return digest("SHA-1", ("blob " + size() + "\0").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    private String digest(String algorithm, byte[] before) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            digest.update(before);
            write(0, size(), new WritableByteChannel() {
                @Override
                public int write(ByteBuffer bytes) {
                    int count = bytes.remaining();
                    digest.update(bytes);
                    return count;
                }

                @Override
                public boolean isOpen() {
                    return true;
                }

                @Override
                public void close() {}
            });
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
