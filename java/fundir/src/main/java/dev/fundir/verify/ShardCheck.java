package dev.fundir.verify;

import dev.fundir.CheckpointFile;
import dev.fundir.CheckpointFormatException.Reason;
import dev.fundir.Tensor;
import dev.fundir.internal.CheckpointLayout;
import dev.fundir.internal.ShardIndex;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Holds shards against each other and against their index. */
final class ShardCheck {
    private final CheckpointLayout layout;
    private final Map<Path, CheckpointFile> opened;
    private final List<Finding> findings = new ArrayList<>();

    private ShardCheck(CheckpointLayout layout, Map<Path, CheckpointFile> opened) {
        this.layout = layout;
        this.opened = opened;
    }

    /**
     * Everything that is wrong with the files as a whole.
     *
     * @param opened those of them that could be read
     */
    static List<Finding> of(CheckpointLayout layout, Map<Path, CheckpointFile> opened) throws IOException {
        ShardCheck check = new ShardCheck(layout, opened);
        check.duplicates();
        if (layout.index().isPresent()) {
            check.places(layout.index().get());
            check.totalSize(layout.index().get());
            for (Path file : layout.strayShards()) {
                check.add(Finding.STRAY_SHARD, file, null, "is named like a shard, but the index names no such file");
            }
        }
        return check.findings;
    }

    private void add(String rule, Path file, String tensor, String sentence) {
        findings.add(Finding.of(rule, file, tensor, sentence));
    }

    private void duplicates() {
        Map<String, Path> firsts = new HashMap<>();
        for (CheckpointFile file : opened.values()) {
            for (Tensor tensor : file.tensors()) {
                Path first = firsts.putIfAbsent(tensor.name(), file.path());
                if (first != null) {
                    add(
                            Reason.DUPLICATE_TENSOR.name(),
                            file.path(),
                            tensor.name(),
                            "is in " + first.getFileName() + " too");
                }
            }
        }
    }

    /** Every tensor has to be where the index says, and in it. A shard that cannot be read has its own finding. */
    private void places(ShardIndex index) {
        Map<Path, Set<String>> held = new HashMap<>();
        Set<String> extra = new HashSet<>();
        opened.forEach((path, file) -> {
            Set<String> names = new HashSet<>();
            file.tensors().forEach(tensor -> names.add(tensor.name()));
            held.put(path, names);
            extra.addAll(names);
        });
        index.forEach((number, utf8) -> {
            String name = new String(utf8, StandardCharsets.UTF_8);
            Path file = layout.files().get(number);
            extra.remove(name);
            if (held.containsKey(file) && !held.get(file).contains(name)) {
                add(
                        Reason.TENSOR_NOT_IN_SHARD.name(),
                        file,
                        name,
                        "is not in the file, where " + index.path().getFileName() + " places it");
            }
        });
        opened.forEach((path, file) -> file.tensors().stream()
                .map(Tensor::name)
                .filter(extra::contains)
                .forEach(name -> add(
                        Finding.TENSOR_NOT_IN_INDEX,
                        path,
                        name,
                        "is in the file, but not in " + index.path().getFileName())));
    }

    private void totalSize(ShardIndex index) {
        OptionalLong said = index.totalSize();
        if (said.isEmpty() || opened.size() < layout.files().size()) {
            return;
        }
        long found = opened.values().stream()
                .flatMap(file -> file.tensors().stream())
                .mapToLong(Tensor::byteSize)
                .sum();
        if (said.getAsLong() != found) {
            add(
                    Finding.TOTAL_SIZE,
                    index.path(),
                    null,
                    "total_size is " + Long.toUnsignedString(said.getAsLong()) + ", but the tensors take " + found
                            + " bytes");
        }
    }
}
