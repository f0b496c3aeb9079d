package dev.fundir.verify;

import dev.fundir.ffi.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The SHA-256 of files. */
final class FileHash {
    private static final int AT_ONCE = 1 << 20;

    private FileHash() {}

    /** In lower-case hexadecimal digits. */
    static String of(Path file) throws IOException {
        Sha256 hash = new Sha256();
        ByteBuffer bytes = ByteBuffer.allocateDirect(AT_ONCE);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (channel.read(bytes) >= 0) {
                hash.update(bytes.flip());
                bytes.clear();
            }
        }
        return hash.hex();
    }
}
