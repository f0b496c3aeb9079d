package dev.fundir.model;

import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointFormatException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Models in GGUF files.
 *
 * <p>A name of any length is written, as the gguf package does; readers that are built on ggml take at most 63 bytes.
 */
final class GgufFormat implements FormatCodec {
    /** How blocks are encoded; the only version that there is by now. */
    private static final long QUANTIZATION_VERSION = 2;

    private static final List<String> FIRST =
            List.of(GgufMetadata.ARCHITECTURE, GgufMetadata.NAME, GgufMetadata.VERSION);

    @Override
    public Model load(Path path) throws IOException {
        GgufFile file = GgufFile.open(path);
        requireWhole(file);
        List<Parameter> parameters = file.tensors().stream()
                .map(tensor -> new Parameter(tensor.name(), tensor))
                .toList();
        return new Model(GgufMetadata.read(file.values()), parameters);
    }

    private static void requireWhole(GgufFile file) throws CheckpointFormatException {
        Object parts = file.metadata().get("split.count");
        if (parts instanceof Long count && count > 1) {
            throw new CheckpointFormatException(
                    Reason.GGUF_NOT_SUPPORTED,
                    file.path(),
                    null,
                    "the file is one of " + count + " parts of a model: join them with llama-gguf-split --merge of"
                            + " llama.cpp");
        }
    }

    /**
     * Saves a model.
     *
     * @throws IllegalArgumentException when GGUF has no such tensors or metadata, all of which are named, or cannot be
     *     written with these options
     */
    @Override
    public Path save(Model model, Path path, SaveOptions options) throws IOException {
        Map<Parameter, GgufType> types = StoredTypes.of(model, options);
        GgufWriter writer = GgufWriter.to(path);
        values(model, options, types).forEach(writer::value);
        types.forEach((parameter, type) -> writer.tensor(
                parameter.name(), type, parameter.tensor().shape(), new StoredElements(parameter.tensor(), type)));
        writer.write();
        return path;
    }

    private static Map<String, GgufValue> values(Model model, SaveOptions options, Map<Parameter, GgufType> types) {
        Map<String, GgufValue> all = GgufMetadata.write(model.metadata());
        GgufValue quantization = all.remove(GgufMetadata.QUANTIZATION_VERSION);
        GgufValue fileType = all.remove(GgufMetadata.FILE_TYPE);
        Map<String, GgufValue> values = new LinkedHashMap<>();
        FIRST.stream().filter(all::containsKey).forEach(key -> values.put(key, all.remove(key)));
        if (!isUnchanged(types)) {
            boolean quantized = types.values().stream().anyMatch(GgufType::isQuantized);
            quantization = quantized ? GgufValue.ofUint32(QUANTIZATION_VERSION) : null;
            fileType = quantized ? fileType : null;
        }
        if (options.ggufType().filter(types::containsValue).isPresent()) {
            fileType = fileType(options.ggufType().get(), fileType);
        }
        putUnlessNull(values, GgufMetadata.QUANTIZATION_VERSION, quantization);
        putUnlessNull(values, GgufMetadata.FILE_TYPE, fileType);
        values.putAll(all);
        return values;
    }

    /** Whether all tensors come from a GGUF file and are stored as they are there. */
    private static boolean isUnchanged(Map<Parameter, GgufType> types) {
        return types.entrySet().stream()
                .allMatch(each ->
                        each.getKey().tensor() instanceof GgufTensor tensor && tensor.type() == each.getValue());
    }

    /** What llama.cpp calls a file whose matrices have this type. */
    private static GgufValue fileType(GgufType type, GgufValue other) {
        return switch (type) {
            case Q4_0 -> GgufValue.ofUint32(2);
            case Q8_0 -> GgufValue.ofUint32(7);
            default -> other;
        };
    }

    private static void putUnlessNull(Map<String, GgufValue> values, String key, GgufValue value) {
        if (value != null) {
            values.put(key, value);
        }
    }
}
