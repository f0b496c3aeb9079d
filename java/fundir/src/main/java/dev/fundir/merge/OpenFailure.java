package dev.fundir.merge;

import dev.fundir.CheckpointFormatException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why an input cannot be opened, as a sentence: the exceptions of files say it by their types alone. */
final class OpenFailure {
    private OpenFailure() {}

    /** A sentence that names the file. */
    static String sentence(IOException e) {
        if (e instanceof CheckpointFormatException || !(e instanceof FileSystemException file)) {
            return e.getMessage() == null ? e.toString() : e.getMessage();
        }
        return file.getFile() + ": " + reason(file);
    }

    private static String reason(FileSystemException e) {
        if (e.getReason() != null) {
            return e.getReason();
        }
        if (e instanceof NoSuchFileException) {
            return "no such file or folder";
        }
        return e instanceof AccessDeniedException
                ? "permission denied"
                : e.getClass().getSimpleName();
    }
}
