package dev.fundir.analysis;

import java.io.IOException;
import java.util.Optional;

/** A pass over the elements of a tensor, or of two: blocks that threads share. */
interface BlockWork {
    /** How many blocks there are. */
    int blockCount();

    /** How many bytes all blocks have. */
    long byteSize();

    /**
     * Does a block. Called once for each, by any thread, at once with others.
     *
     * @param block its number
     * @param memory the thread's own
     * @throws IOException when elements cannot be read
     */
    void run(int block, BlockMemory memory) throws IOException;

    /** What an error means that a thread met while it did a block, or soon after: a file was cut. */
    IOException cut(InternalError cause);

    /**
     * Called once, when all blocks are done: puts their results together.
     *
     * @return the next pass over the same tensor, if there is one
     */
    Optional<BlockWork> finish();
}
