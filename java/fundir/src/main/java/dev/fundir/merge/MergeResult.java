package dev.fundir.merge;

import dev.fundir.Checkpoint;
import java.nio.file.Path;
import java.util.List;

/**
 * A finished merge. Closing it closes the checkpoint; the files stay.
 *
 * @param checkpoint the output, opened
 * @param outputs every file that was written: tensors, the index of shards, configuration and tokenizer
 * @param bytesRead bytes of tensors that were read
 * @param bytesWritten bytes of tensors that were written
 * @param tensorsMerged tensors that were computed
 * @param tensorsCopied tensors whose bytes were taken as they are
 * @param nanElements elements of the inputs that are not a number
 * @param infiniteElements elements of the inputs that are infinite
 * @param seconds that the merge took, from the first read to the output in its place
 * @param peakMemoryBytes the most memory that the whole process had resident until then; 0 where the system does not
 *     tell
 * @param threads that computed
 * @param seed of random masks, 64 bits without sign
 * @param notices what the caller should know, a sentence each
 */
public record MergeResult(
        Checkpoint checkpoint,
        List<Path> outputs,
        long bytesRead,
        long bytesWritten,
        long tensorsMerged,
        long tensorsCopied,
        long nanElements,
        long infiniteElements,
        double seconds,
        long peakMemoryBytes,
        int threads,
        long seed,
        List<String> notices)
        implements AutoCloseable {

    /** Closes the checkpoint. */
    @Override
    public void close() {
        checkpoint.close();
    }
}
