package dev.fundir.cli;

import dev.fundir.Checkpoint;
import dev.fundir.Tensor;
import dev.fundir.TensorView;
import dev.fundir.model.Architecture;
import dev.fundir.model.GgufFile;
import dev.fundir.model.GgufTensor;
import dev.fundir.model.Model;
import dev.fundir.model.ModelFormat;
import dev.fundir.model.ModelMetadata;
import dev.fundir.model.Models;
import dev.fundir.model.Parameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What {@code inspect} finds in a model, whatever its format.
 *
 * @param name the path or reference that it goes by
 * @param format its name
 * @param metadata texts by their keys
 * @param architecture what kind of model it is
 * @param files the files it is in
 * @param tensors in the order of their names
 */
record Inspection(
        String name,
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
     * @param dataOffset where its tensors begin, in bytes; empty where that is not one place
     */
    record File(Path path, long byteSize, int tensorCount, OptionalLong dataOffset) {}

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
     * @param elements what it holds, as numbers; empty where the file is not on this machine
     */
    record Entry(
            String name,
            String dtype,
            List<Long> shape,
            long elementCount,
            long byteSize,
            Path file,
            OptionalLong offset,
            Optional<TensorView> elements) {
        /** The layer or module that it is a part of. */
        String layer() {
            return LayerName.of(name);
        }
    }

    /** So many values of a list are shown. */
    private static final int SHOWN = 8;

    /** What is in a file or folder of any format. */
    static Inspection of(Path path) throws IOException {
        ModelFormat format = ModelFormat.of(path);
        return switch (format) {
            case SAFETENSORS -> of(Checkpoint.open(path)); // not closed: elements are read from it
            case GGUF -> of(GgufFile.open(path));
            case JSON, YAML -> of(path, format, Models.load(path));
        };
    }

    /** What is in an open checkpoint. */
    static Inspection of(Checkpoint checkpoint) throws IOException {
        return new Inspection(
                checkpoint.path().toString(),
                ModelFormat.SAFETENSORS.label(),
                checkpoint.metadata(),
                Architecture.of(checkpoint),
                checkpoint.files().stream()
                        .map(file -> new File(
                                file.path(), file.byteSize(), file.tensorCount(), OptionalLong.of(file.dataOffset())))
                        .toList(),
                checkpoint.tensors().stream().map(Inspection::entry).toList());
    }

    private static Entry entry(Tensor tensor) {
        return new Entry(
                tensor.name(),
                tensor.dtype().name(),
                boxed(tensor.shape()),
                tensor.elementCount(),
                tensor.byteSize(),
                tensor.file().path(),
                OptionalLong.of(tensor.fileOffset()),
                Optional.of(tensor));
    }

    private static Inspection of(GgufFile gguf) throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        gguf.metadata().forEach((key, value) -> metadata.put(key, text(value)));
        Model model = Models.load(gguf.path());
        return new Inspection(
                gguf.path().toString(),
                ModelFormat.GGUF.label(),
                metadata,
                Architecture.of(model),
                List.of(new File(gguf.path(), gguf.byteSize(), gguf.tensors().size(), dataOffset(gguf))),
                gguf.tensors().stream()
                        .map(tensor -> new Entry(
                                tensor.name(),
                                tensor.type().name(),
                                boxed(tensor.shape()),
                                tensor.elementCount(),
                                tensor.fileBytes(),
                                gguf.path(),
                                OptionalLong.of(tensor.fileOffset()),
                                Optional.of(tensor)))
                        .sorted(Comparator.comparing(Entry::name))
                        .toList());
    }

    private static OptionalLong dataOffset(GgufFile gguf) {
        return gguf.tensors().stream().mapToLong(GgufTensor::fileOffset).min();
    }

    private static Inspection of(Path path, ModelFormat format, Model model) throws IOException {
        List<Parameter> parameters = model.parameters();
        return new Inspection(
                path.toString(),
                format.label(),
                texts(model.metadata()),
                Architecture.of(model),
                List.of(new File(path, Files.size(path), parameters.size(), OptionalLong.empty())),
                parameters.stream()
                        .map(each -> new Entry(
                                each.name(),
                                each.tensor().dtype().name(),
                                boxed(each.tensor().shape()),
                                each.tensor().elementCount(),
                                each.tensor().byteSize(),
                                path,
                                OptionalLong.empty(),
                                Optional.of(each.tensor())))
                        .sorted(Comparator.comparing(Entry::name))
                        .toList());
    }

    private static Map<String, String> texts(ModelMetadata metadata) {
        Map<String, String> texts = new TreeMap<>();
        metadata.custom().forEach((key, value) -> texts.put(key, text(value)));
        metadata.trainingConfig().ifPresent(config -> texts.put("training_config", text(config)));
        Map.of("name", metadata.name(), "architecture", metadata.architecture(), "version", metadata.version())
                .forEach((key, value) -> {
                    if (!value.isEmpty()) {
                        texts.put(key, value);
                    }
                });
        return texts;
    }

    /** A value of metadata; of a long list its beginning. */
    private static String text(Object value) {
        if (value instanceof List<?> list && list.size() > SHOWN) {
            return list.subList(0, SHOWN).toString().replaceFirst("]$", ", … " + list.size() + " in all]");
        }
        return String.valueOf(value);
    }

    private static List<Long> boxed(long[] shape) {
        return Arrays.stream(shape).boxed().toList();
    }

    /** The size of all files. */
    long byteSize() {
        return files.stream().mapToLong(File::byteSize).sum();
    }

    /** Elements of all tensors. */
    long parameterCount() {
        return tensors.stream().mapToLong(Entry::elementCount).sum();
    }

    /** The same, going by another name. */
    Inspection named(String other) {
        return new Inspection(other, format, metadata, architecture, files, tensors);
    }

    /** The same with only the tensors whose names match. */
    Inspection select(Glob names) {
        return new Inspection(
                name,
                format,
                metadata,
                architecture,
                files,
                tensors.stream().filter(tensor -> names.matches(tensor.name())).toList());
    }
}
