package dev.fundir.merge;

import java.io.IOException;
import java.nio.file.Path;

/** Tells whether paths lead to the same model: relative or absolute, through links or not. */
final class RealPath {
    private RealPath() {}

    /** The path without links; of what is not there, the absolute one. */
    static Path of(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            // What cannot be opened is reported where it is opened.
            return path.toAbsolutePath().normalize();
        }
    }
}
