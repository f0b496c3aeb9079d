package dev.fundir.model;

import java.io.IOException;
import java.nio.file.Path;

/** Reads and writes the models of one format. Has no state. */
interface FormatCodec {
    /** Loads a model; elements may stay in the file until they are asked for. */
    Model load(Path path) throws IOException;

    /**
     * Saves a model; the output appears complete or not at all.
     *
     * @return what {@link #load} takes
     */
    Path save(Model model, Path path, SaveOptions options) throws IOException;
}
