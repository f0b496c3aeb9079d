package dev.fundir.merge;

import dev.fundir.internal.output.OutputFile;
import dev.fundir.internal.output.OutputPlan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A merge that is known to be possible: every tensor of the output, what it is made of, and where it goes. Immutable;
 * safe for many threads. Made by {@link Merge#plan(Path)}.
 *
 * <h2>A merge on several machines</h2>
 *
 * <p>Plans of the same inputs, recipe, seed and output are the same, wherever they are made, and a tensor depends on
 * its own inputs only. So each machine plans the merge, makes a share of the {@link #entries()} with
 * {@link #run(PlanEntry, List, ByteBuffer)}, and sends the bytes to one that writes the files: for each of them a
 * {@link dev.fundir.CheckpointWriter} with {@link #metadata()} and the entries whose {@link PlanEntry#file()} it is. It
 * puts the tensors where the plan has them, so the files are those of {@link #run()}, byte for byte. What else an
 * output has, the index of shards and the files beside the tensors, only {@link #run()} makes.
 */
public final class MergePlan {
    /** Bytes of a block in the widest dtype. */
    private static final long BLOCK_BYTES = 65_536L * Double.BYTES;

    private final MergeRequest request;
    private final MergeMethod method;
    private final MaskSource masks;
    private final OutputPlan output;
    private final List<PlacedTensor> tensors;
    private final Map<String, PlacedTensor> byName = new HashMap<>();
    private final List<String> notices;
    private final long inputBytes;
    private final long bytesToWrite;
    private final PlanView view;

    MergePlan(
            MergeRequest request,
            Arrangement arrangement,
            MaskSource masks,
            OutputPlan output,
            List<PlacedTensor> tensors,
            List<String> notices) {
        this.request = request;
        this.method = arrangement.method();
        this.masks = masks;
        this.output = output;
        this.tensors = List.copyOf(tensors);
        tensors.forEach(placed -> byName.put(placed.tensor().name(), placed));
        this.notices = List.copyOf(notices);
        bytesToWrite =
                tensors.stream().mapToLong(placed -> placed.tensor().byteSize()).sum();
        inputBytes = tensors.stream()
                .flatMap(placed -> placed.tensor().sources().stream())
                .mapToLong(PlannedTensor.Source::byteSize)
                .sum();
        view = new PlanView(output.tensorFiles(), arrangement.hasBase());
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
     * The files that are there already and that a run replaces, or removes because they belong to what it replaces.
     *
     * @return as it was when the plan was made; empty unless {@link Merge#overwrite(boolean)} allows it
     */
    public List<Path> replaced() {
        return output.existing();
    }

    /**
     * The metadata of each file that holds tensors.
     *
     * @return in the order of the keys
     */
    public Map<String, String> metadata() {
        return output.metadata();
    }

    /**
     * The bytes of the inputs of all entries. A run reads fewer where an input has the weight 0, and more where a
     * method looks at a tensor several times that does not fit the memory it may take; {@link MergeResult#bytesRead()}
     * tells.
     *
     * @return a number of bytes
     */
    public long inputBytes() {
        return inputBytes;
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
     * What random masks are drawn from.
     *
     * @return the generator
     */
    public RandomGenerator rng() {
        return request.generator();
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

    /**
     * Makes one tensor out of bytes that the caller has, wherever they come from: what {@link #run()} would put into
     * the output, bit for bit. Safe for many threads. A tensor of 2 GiB or more fits into no buffer and cannot be made
     * so.
     *
     * @param entry of this plan, or equal to one
     * @param inputs the bytes of {@link PlanEntry#inputs()}, in their order: direct buffers, little-endian whatever
     *     their order says, with exactly the bytes of the tensor remaining; they must not change meanwhile
     * @param output a direct, writable buffer that overlaps no other, with {@link PlanEntry#byteSize()} bytes
     *     remaining; its position stays where it is
     * @return what was seen on the way
     * @throws IllegalArgumentException if the entry is none of this plan, or a buffer is not as it has to be
     * @throws IllegalStateException if the tensor has random masks that {@link RandomGenerator#MT19937} draws, in
     *     sequence over all tensors; what draws none is made whatever the generator is
     * @throws MergeException if what the tensors hold forbids it
     */
    public TensorResult run(PlanEntry entry, List<ByteBuffer> inputs, ByteBuffer output) {
        PlacedTensor placed = byName.get(entry.name());
        if (placed == null || !view.entry(placed).equals(entry)) {
            throw new IllegalArgumentException("the entry of tensor " + entry.name() + " is none of this plan");
        }
        return BufferRun.run(request, masks, placed.tensor(), inputs, output);
    }

    /**
     * The memory that a run takes at most, besides that of the JVM: the budget, and for each thread the blocks that it
     * works on.
     *
     * @return a number of bytes, an estimate
     */
    public long memory() {
        int threads = request.threads() == 0 ? Runtime.getRuntime().availableProcessors() : request.threads();
        int inputs = tensors.stream()
                .mapToInt(placed -> placed.tensor().sources().size())
                .max()
                .orElse(0);
        return request.memory() + threads * (inputs + 6L) * BLOCK_BYTES;
    }

    /**
     * The space that the output takes while what is in its place still exists.
     *
     * @return bytes of all files that hold tensors
     */
    public long temporarySpace() {
        return output.tensorFiles().stream().mapToLong(OutputFile::size).sum();
    }

    OutputPlan outputPlan() {
        return output;
    }

    ByteBuffer encode(List<Path> staged) {
        return PlanEncoder.encode(request, masks, staged, output.tensorFiles(), tensors);
    }
}
