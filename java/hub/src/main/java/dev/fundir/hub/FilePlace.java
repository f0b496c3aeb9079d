package dev.fundir.hub;

import java.io.IOException;
import java.nio.file.Path;

/** Where a file of a model belongs: in the cache, or in a folder of the user's. For one thread. */
interface FilePlace {
    /** The file, by the name that users know. */
    Path path();

    /** Whether it is there; looks no further, and changes nothing but what is remembered of it. */
    boolean isThere() throws IOException;

    /** The lock to take before all that follows. */
    Path lock() throws IOException;

    /** Puts it there from what this machine has already; answers whether it is there then. */
    boolean find() throws IOException;

    /** Where it lies until it is whole and checked; the folder exists. Beginnings that others left are taken over. */
    Path partial() throws IOException;

    /** Puts the whole and checked file there. */
    void put(Path complete) throws IOException;
}
