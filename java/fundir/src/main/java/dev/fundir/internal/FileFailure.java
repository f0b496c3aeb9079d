package dev.fundir.internal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What failed with a file, as a sentence: the exceptions of Java's file access say it by their types alone. */
public final class FileFailure {
    private FileFailure() {}

    /**
     * What failed, with the name of the file where that is known.
     *
     * @param failure what was thrown
     * @return such as {@code model.safetensors: no such file or folder}
     */
    public static String sentence(IOException failure) {
        if (failure instanceof FileSystemException file && file.getFile() != null) {
            return file.getFile() + ": " + reason(file);
        }
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    /**
     * What failed, without the name of the file.
     *
     * @param failure what was thrown
     * @return such as {@code permission denied}
     */
    public static String reason(FileSystemException failure) {
        if (failure.getReason() != null) {
            return failure.getReason();
        }
        if (failure instanceof NoSuchFileException) {
            return "no such file or folder";
        }
        return failure instanceof AccessDeniedException
                ? "permission denied"
                : failure.getClass().getSimpleName();
    }
}
