package dev.fundir.internal.output;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of an output that holds no tensors.
 *
 * @param target where it goes
 * @param content what it holds
 */
public record SideFile(Path target, Content content) {
    /** Opens what a file is to hold. */
    @FunctionalInterface
    public interface Content {
        InputStream open() throws IOException;
    }

    /** A file with this text, in UTF-8. */
    public static SideFile text(Path target, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new SideFile(target, () -> new ByteArrayInputStream(bytes));
    }

    /** A copy of a file. */
    public static SideFile copy(Path target, Path source) {
        return new SideFile(target, () -> Files.newInputStream(source));
    }
}
