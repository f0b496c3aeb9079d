package dev.fundir.model;

import dev.fundir.DType;
import dev.fundir.internal.JsonObjectText;
import dev.fundir.internal.StagedFile;
import dev.fundir.internal.TorchDType;
import dev.fundir.internal.output.CompanionFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Copies what lies beside the tensors of a model. */
final class CompanionCopies {
    private static final List<String> DTYPE_KEYS = List.of("torch_dtype", "dtype");
    private static final String TEXT_KEY = "text_config";

    private CompanionCopies() {}

    /**
     * Copies configuration and tokenizer.
     *
     * @param from a folder
     * @param to another folder
     * @param dtype what the configuration is to say of the tensors, where it says something
     * @return the copies
     */
    static List<Path> copy(Path from, Path to, Optional<DType> dtype) throws IOException {
        List<Path> all = CompanionFiles.list(from);
        List<Path> files = new ArrayList<>(CompanionFiles.CONFIGURATION.among(all));
        files.addAll(CompanionFiles.TOKENIZER.among(all));
        Optional<String> name = dtype.flatMap(TorchDType::nameOf);
        List<Path> copies = new ArrayList<>();
        for (Path file : files) {
            byte[] content = Files.readAllBytes(file);
            boolean changes = file.endsWith(CompanionFiles.CONFIG) && name.isPresent();
            Path copy = to.resolve(file.getFileName());
            write(copy, changes ? withDType(content, name.get()) : content);
            copies.add(copy);
        }
        return copies;
    }

    /** The configuration with another dtype; as it is where it cannot be understood. */
    private static byte[] withDType(byte[] config, String dtype) throws IOException {
        try {
            JsonObjectText object = replaced(JsonObjectText.of(new String(config, StandardCharsets.UTF_8)), dtype);
            Optional<JsonObjectText> text = object.object(TEXT_KEY);
            if (text.isPresent()) {
                object = object.with(TEXT_KEY, replaced(text.get(), dtype).toString());
            }
            return object.toString().getBytes(StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return config;
        }
    }

    private static JsonObjectText replaced(JsonObjectText config, String dtype) {
        JsonObjectText changed = config;
        for (String key : DTYPE_KEYS) {
            if (changed.raw(key).isPresent()) {
                changed = changed.with(key, '"' + dtype + '"');
            }
        }
        return changed;
    }

    private static void write(Path file, byte[] content) throws IOException {
        try (StagedFile staged = StagedFile.create(file)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                staged.channel().write(bytes);
            }
            staged.commit();
        }
    }
}
