package dev.fundir.internal;

import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointFormatException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Puts the tensors of the shards of a checkpoint together, and checks them against the shard index. */
public final class Shards {
    private Shards() {}

    /**
     * The tensors of all files. Where two shards hold a tensor of one name, the shard index decides; tensors that it
     * does not mention are included.
     *
     * @param layout the files
     * @param headers their headers, in the same order
     * @return the table of all tensors
     * @throws CheckpointFormatException when the index places a tensor in a file that does not hold it, or a name is
     *     there twice and the index does not decide
     */
    public static TensorTable join(CheckpointLayout layout, List<HeaderIndex> headers)
            throws CheckpointFormatException {
        TensorTable all = TensorTable.of(headers);
        if (layout.index().isEmpty() && headers.size() == 1) {
            return all;
        }
        BitSet placed = new BitSet();
        if (layout.index().isPresent()) {
            placed = placed(all, layout.index().get());
        }
        return all.without(shadowed(all, placed, layout));
    }

    /** The tensors that the index names. */
    private static BitSet placed(TensorTable all, ShardIndex index) throws CheckpointFormatException {
        BitSet placed = new BitSet();
        List<String> missing = new ArrayList<>();
        index.forEach((file, name) -> {
            int number = all.names().findIn(file, name);
            if (number >= 0) {
                placed.set(number);
            } else {
                missing.add(new String(name, StandardCharsets.UTF_8) + " ("
                        + index.fileNames().get(file) + ")");
            }
        });
        if (!missing.isEmpty()) {
            throw new CheckpointFormatException(
                    Reason.TENSOR_NOT_IN_SHARD,
                    index.path(),
                    null,
                    missing.size() + " of the " + index.tensorCount()
                            + " tensors of the index are not in the files it names: " + Listing.of(missing)
                            + ". Index and shards are of different checkpoints, or a shard is damaged");
        }
        return placed;
    }

    /** The tensors that another one of their name, which the index names, makes not count. */
    private static BitSet shadowed(TensorTable all, BitSet placed, CheckpointLayout layout)
            throws CheckpointFormatException {
        BitSet shadowed = new BitSet();
        for (String name : all.names().repeated()) {
            List<Integer> numbers = all.names().findAll(name.getBytes(StandardCharsets.UTF_8));
            if (numbers.stream().noneMatch(placed::get)) {
                throw new CheckpointFormatException(
                        Reason.DUPLICATE_TENSOR,
                        layout.path(),
                        name,
                        "is in "
                                + Listing.of(numbers.stream()
                                        .map(number -> layout.files()
                                                .get(all.file(number))
                                                .getFileName()
                                                .toString())
                                        .toList())
                                + ", and no shard index says which one counts. Open the file you need by its name");
            }
            numbers.stream().filter(number -> !placed.get(number)).forEach(shadowed::set);
        }
        return shadowed;
    }
}
