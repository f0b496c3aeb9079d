package dev.fundir;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tensors in the order in which a disk gives them best. */
final class FileOrder {
    private static final Comparator<Tensor> BY_PLACE =
            Comparator.comparingLong(Tensor::fileOffset).thenComparingLong(FileOrder::end);

    private FileOrder() {}

    /** The tensors of each file, in the order of their bytes; those without bytes first where they meet others. */
    static Map<CheckpointFile, List<Tensor>> of(Collection<Tensor> tensors) {
        Map<CheckpointFile, List<Tensor>> files = new LinkedHashMap<>();
        for (Tensor tensor : tensors) {
            files.computeIfAbsent(tensor.file(), file -> new ArrayList<>()).add(tensor);
        }
        files.values().forEach(inFile -> inFile.sort(BY_PLACE));
        return files;
    }

    /** Where a tensor ends: bytes from the start of the file. */
    static long end(Tensor tensor) {
        return tensor.fileOffset() + tensor.byteSize();
    }
}
