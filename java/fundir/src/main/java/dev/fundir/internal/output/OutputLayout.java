package dev.fundir.internal.output;

import dev.fundir.internal.FileLayout;
import dev.fundir.internal.TensorDeclaration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which file of an output each tensor goes into, and where.
 *
 * @param files one, or the shards
 * @param places of the tensors, in the order in which they were declared
 * @param fileOrder the numbers of the declared tensors in the order of their bytes, file after file; not changed
 * @param index the index of the shards; empty for one file
 */
public record OutputLayout(List<OutputFile> files, List<Place> places, int[] fileOrder, Optional<SideFile> index) {
    /** The size of a shard in a folder when nothing else is said: 5 GB. */
    public static final long DEFAULT_SHARD_SIZE = 5_000_000_000L;

    /**
     * The place of a tensor.
     *
     * @param file the number of its file
     * @param offset of its first byte, from the start of the file
     */
    public record Place(int file, long offset) {}

    /**
     * Packs tensors into shards in name order: each into the shard of the one before it, or, where it has no room
     * there, into the next.
     *
     * @param tensors in name order
     * @param shardSize the most bytes of tensors in a file; a larger tensor gets one to itself
     * @param metadata of each file
     * @throws IllegalArgumentException when the format has no such file, as {@link FileLayout#of} says
     * @throws IOException when the core refuses a header that it made, which would be a defect
     */
    public static OutputLayout of(
            OutputPlace place, List<TensorDeclaration> tensors, long shardSize, Map<String, String> metadata)
            throws IOException {
        int[] ends = pack(tensors, shardSize);
        List<OutputFile> files = new ArrayList<>();
        List<Place> places = new ArrayList<>();
        int[] order = new int[tensors.size()];
        Map<String, String> shardOf = new LinkedHashMap<>();
        for (int end : ends) {
            int first = places.size();
            Path target = ends.length == 1 ? place.whole() : place.shard(files.size() + 1, ends.length);
            FileLayout layout = FileLayout.of(tensors.subList(first, end), metadata, target);
            int[] inFile = layout.fileOrder();
            for (int i = 0; i < inFile.length; i++) {
                order[first + i] = first + inFile[i];
                places.add(new Place(files.size(), layout.offset(i)));
                shardOf.put(tensors.get(first + i).name(), target.getFileName().toString());
            }
            files.add(new OutputFile(target, layout.header(), layout.fileSize()));
        }
        if (ends.length == 1) {
            return new OutputLayout(files, places, order, Optional.empty());
        }
        long totalSize = tensors.stream().mapToLong(TensorDeclaration::byteSize).reduce(0, Math::addExact);
        SideFile index = SideFile.text(place.index(), ShardIndexText.of(totalSize, shardOf));
        return new OutputLayout(files, places, order, Optional.of(index));
    }

    /** Where each shard ends: the number of the first tensor that is not in it. At least one, which may be empty. */
    private static int[] pack(List<TensorDeclaration> tensors, long shardSize) {
        int[] ends = new int[tensors.size() + 1];
        int shards = 0;
        int first = 0;
        long room = shardSize;
        for (int i = 0; i < tensors.size(); i++) {
            long size = tensors.get(i).byteSize();
            if (size > room && i > first) {
                ends[shards++] = i;
                first = i;
                room = shardSize;
            }
            room -= size;
        }
        ends[shards++] = tensors.size();
        return Arrays.copyOf(ends, shards);
    }
}
