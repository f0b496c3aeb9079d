package dev.fundir.ffi;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;

/** The bytes by which the file system knows a path. */
public final class RawPath {
    private RawPath() {}

    /**
     * The absolute path as the file system's own bytes.
     *
     * <p>A Java string cannot always tell them: under a locale such as C, names beyond ASCII do not survive
     * {@code toString()}. The URI of a path is made from its bytes, each that is not plain ASCII escaped.
     *
     * @param path a path of the default file system
     * @return its bytes, without an end mark
     */
    public static byte[] of(Path path) {
        String escaped = path.toAbsolutePath().toUri().getRawPath();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c == '%') {
                bytes.write(Integer.parseInt(escaped, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toByteArray();
    }
}
