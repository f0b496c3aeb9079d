package dev.fundir.cli;

import dev.fundir.Checkpoint;
import dev.fundir.Tensor;
import dev.fundir.model.Architecture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What {@code inspect} finds in a model, whatever its format.
 *
 * @param path as it was given
 * @param format its name
 * @param metadata texts by their keys
 * @param architecture what kind of model it is
 * @param files the files it is in
 * @param tensors in the order of their names
 */
record Inspection(
        Path path,
        String format,
        Map<String, String> metadata,
        Architecture architecture,
        List<File> files,
        List<Entry> tensors) {

    /**
     * A file.
     *
     * @param path where it is
     * @param byteSize its size
     * @param tensorCount tensors in it
     */
    record File(Path path, long byteSize, int tensorCount) {}

    /**
     * A tensor.
     *
     * @param name its name
     * @param dtype the name of its dtype, or of its type where the format has others
     * @param shape its extents, the slowest varying first
     * @param elementCount number of elements
     * @param byteSize bytes in the file
     * @param file the file it is in
     * @param offset where it begins there; empty where it has no bytes of its own
     */
    record Entry(
            String name,
            String dtype,
            List<Long> shape,
            long elementCount,
            long byteSize,
            Path file,
            OptionalLong offset) {}

    /** What is in an open checkpoint. */
    static Inspection of(Checkpoint checkpoint) throws IOException {
        return new Inspection(
                checkpoint.path(),
                "safetensors",
                checkpoint.metadata(),
                Architecture.of(checkpoint),
                checkpoint.files().stream()
                        .map(file -> new File(file.path(), file.byteSize(), file.tensorCount()))
                        .toList(),
                checkpoint.tensors().stream().map(Inspection::entry).toList());
    }

    private static Entry entry(Tensor tensor) {
        return new Entry(
                tensor.name(),
                tensor.dtype().name(),
                Arrays.stream(tensor.shape()).boxed().toList(),
                tensor.elementCount(),
                tensor.byteSize(),
                tensor.file().path(),
                OptionalLong.of(tensor.fileOffset()));
    }

    /** The size of all files. */
    long byteSize() {
        return files.stream().mapToLong(File::byteSize).sum();
    }

    /** Elements of all tensors. */
    long parameterCount() {
        return tensors.stream().mapToLong(Entry::elementCount).sum();
    }
}
