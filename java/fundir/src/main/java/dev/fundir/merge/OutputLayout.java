package dev.fundir.merge;

import dev.fundir.internal.FileLayout;
import dev.fundir.internal.TensorDeclaration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which file of an output each tensor goes into, and where.
 *
 * @param files one, or the shards
 * @param tensors in name order, with their places
 * @param index the index of the shards; empty for one file
 */
record OutputLayout(List<OutputFile> files, List<PlacedTensor> tensors, Optional<SideFile> index) {

    /**
     * Packs tensors into shards in name order.
     *
     * @param tensors in name order
     * @param shardSize the most bytes of tensors in a file; a larger tensor gets one to itself
     * @param metadata of each file
     */
    static OutputLayout of(OutputPlace place, List<PlannedTensor> tensors, long shardSize, Map<String, String> metadata)
            throws IOException {
        List<List<PlannedTensor>> shards = pack(tensors, shardSize);
        List<OutputFile> files = new ArrayList<>();
        List<PlacedTensor> placed = new ArrayList<>();
        Map<String, String> shardOf = new LinkedHashMap<>();
        for (List<PlannedTensor> shard : shards) {
            Path target = shards.size() == 1 ? place.whole() : place.shard(files.size() + 1, shards.size());
            FileLayout layout = FileLayout.of(declarations(shard), metadata, target);
            for (int i = 0; i < shard.size(); i++) {
                placed.add(new PlacedTensor(shard.get(i), files.size(), layout.offset(i)));
                shardOf.put(shard.get(i).name(), target.getFileName().toString());
            }
            files.add(new OutputFile(target, layout.header(), layout.fileSize()));
        }
        if (shards.size() == 1) {
            return new OutputLayout(files, placed, Optional.empty());
        }
        long totalSize = tensors.stream().mapToLong(PlannedTensor::byteSize).sum();
        SideFile index = SideFile.text(place.index(), ShardIndexText.of(totalSize, shardOf));
        return new OutputLayout(files, placed, Optional.of(index));
    }

    /** At least one, which may be empty. */
    private static List<List<PlannedTensor>> pack(List<PlannedTensor> tensors, long shardSize) {
        List<List<PlannedTensor>> shards = new ArrayList<>();
        List<PlannedTensor> shard = new ArrayList<>();
        long room = shardSize;
        for (PlannedTensor tensor : tensors) {
            if (tensor.byteSize() > room && !shard.isEmpty()) {
                shards.add(shard);
                shard = new ArrayList<>();
                room = shardSize;
            }
            shard.add(tensor);
            room -= tensor.byteSize();
        }
        shards.add(shard);
        return shards;
    }

    private static List<TensorDeclaration> declarations(List<PlannedTensor> tensors) {
        return tensors.stream()
                .map(tensor -> new TensorDeclaration(
                        tensor.name(),
                        tensor.dtype(),
                        tensor.shape().stream().mapToLong(Long::longValue).toArray()))
                .toList();
    }
}
