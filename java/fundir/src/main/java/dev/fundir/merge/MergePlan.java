package dev.fundir.merge;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.List;

/**
 * A merge that is known to be possible: every tensor of the output, what it is made of, and where it goes. Immutable;
 * safe for many threads. Made by {@link Merge#plan(Path)}.
 */
public final class MergePlan {
    private final MergeRequest request;
    private final MergeMethod method;
    private final OutputPlan output;
    private final List<PlacedTensor> tensors;
    private final List<String> notices;
    private final long bytesToRead;
    private final long bytesToWrite;
    private final PlanView view;

    MergePlan(
            MergeRequest request,
            MergeMethod method,
            OutputPlan output,
            List<PlacedTensor> tensors,
            List<String> notices) {
        this.request = request;
        this.method = method;
        this.output = output;
        this.tensors = List.copyOf(tensors);
        this.notices = List.copyOf(notices);
        bytesToWrite =
                tensors.stream().mapToLong(placed -> placed.tensor().byteSize()).sum();
        bytesToRead = tensors.stream()
                .flatMap(placed -> placed.tensor().sources().stream())
                .mapToLong(PlannedTensor.Source::byteSize)
                .sum();
        view = new PlanView(output.tensorFiles());
    }

    /**
     * The method of the merge.
     *
     * @return the method
     */
    public MergeMethod method() {
        return method;
    }

    /**
     * The tensors of the output.
     *
     * @return in the order of their names' UTF-8 bytes; entries are made when they are asked for
     */
    public List<PlanEntry> entries() {
        return new AbstractList<>() {
            @Override
            public PlanEntry get(int index) {
                return view.entry(tensors.get(index));
            }

            @Override
            public int size() {
                return tensors.size();
            }
        };
    }

    /**
     * Where the output goes.
     *
     * @return the path as it was given, a file or a folder
     */
    public Path output() {
        return output.place().path();
    }

    /**
     * Every file that will be written.
     *
     * @return tensors, then configuration and tokenizer, then the index of shards
     */
    public List<Path> outputs() {
        return output.written();
    }

    /**
     * The bytes of tensors that the merge takes in, each counted once.
     *
     * @return a number of bytes
     */
    public long bytesToRead() {
        return bytesToRead;
    }

    /**
     * The bytes of all tensors of the output.
     *
     * @return a number of bytes, headers not counted
     */
    public long bytesToWrite() {
        return bytesToWrite;
    }

    /**
     * The seed of random masks.
     *
     * @return 64 bits without sign
     */
    public long seed() {
        return request.seed();
    }

    /**
     * What the caller should know before the merge runs.
     *
     * @return a sentence each, may be empty
     */
    public List<String> notices() {
        return notices;
    }

    /**
     * Runs the merge; see {@link #run(MergeListener)}.
     *
     * @return the result, with the output opened
     * @throws IOException as there
     */
    public MergeResult run() throws IOException {
        return run(MergeListener.none());
    }

    /**
     * Runs the merge. Nothing of the output is seen before all of it is complete; when the merge fails or is cancelled,
     * everything is as it was. A plan can be run again.
     *
     * <p>Interrupting the calling thread cancels the merge; the thread is still interrupted when the exception arrives.
     *
     * @param listener hears of the progress; what it throws cancels the merge and comes out of here
     * @return the result, with the output opened
     * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, or the JVM shuts down
     * @throws MergeException if what tensors hold forbids it: values that differ where they must not, weights that
     *     cancel out
     * @throws dev.fundir.CheckpointFormatException if an input is shorter than when the merge was planned
     * @throws IOException if an input cannot be read, or the output cannot be written
     */
    public MergeResult run(MergeListener listener) throws IOException {
        return MergeRun.run(this, listener);
    }

    OutputPlan outputPlan() {
        return output;
    }

    ByteBuffer encode(List<Path> staged) {
        return PlanEncoder.encode(request, staged, output.tensorFiles(), tensors);
    }
}
