package dev.fundir.merge;

import dev.fundir.Checkpoint;
import dev.fundir.DType;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The files that a model needs beside its tensors: configuration and tokenizer. Taken from where the base lies. */
final class Companions {
    private static final String CONFIG = "config.json";

    private static final PathMatcher NAMES = FileSystems.getDefault()
            .getPathMatcher("glob:{" + CONFIG + ",generation_config.json,tokenizer*.json,tokenizer*.model,vocab.*,"
                    + "merges.txt,special_tokens_map.json,added_tokens.json,chat_template*}");

    private final List<Path> files;
    private final Optional<JsonObjectText> config;

    private Companions(List<Path> files, Optional<JsonObjectText> config) {
        this.files = files;
        this.config = config;
    }

    /**
     * Finds the files that lie beside those of a checkpoint; says so where {@code config.json} cannot be understood.
     */
    static Companions beside(Checkpoint checkpoint, List<String> notices) throws IOException {
        Path folder = checkpoint.files().get(0).path().toAbsolutePath().getParent();
        if (!Files.isReadable(folder)) {
            notices.add("the folder " + folder + " cannot be listed: no configuration or tokenizer is taken from it");
            return new Companions(List.of(), Optional.empty());
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> NAMES.matches(file.getFileName()) && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        }
        Path config = folder.resolve(CONFIG);
        return new Companions(files, files.contains(config) ? read(config, notices) : Optional.empty());
    }

    private static Optional<JsonObjectText> read(Path config, List<String> notices) throws IOException {
        try {
            return Optional.of(JsonObjectText.of(Files.readString(config)));
        } catch (IllegalArgumentException | CharacterCodingException e) {
            notices.add(config + " is not a JSON object and is taken as it is (" + e.getMessage() + ")");
            return Optional.empty();
        }
    }

    /** The name of the architecture that {@code config.json} tells. */
    Optional<String> architecture() {
        return config.flatMap(object -> object.firstString("architectures").or(() -> object.firstString("model_type")));
    }

    /** The files to write into an output folder; {@code config.json} tells the dtype that was asked for. */
    List<SideFile> into(OutputPlace place, Optional<DType> dtype) throws IOException {
        List<SideFile> copies = new ArrayList<>();
        for (Path file : files) {
            Path target = place.sibling(file.getFileName().toString());
            if (Files.exists(target) && Files.isSameFile(file, target)) {
                continue;
            }
            copies.add(
                    file.endsWith(CONFIG) && config.isPresent() && dtype.isPresent()
                            ? SideFile.text(
                                    target, withDType(config.get(), dtype.get()).toString())
                            : SideFile.copy(target, file));
        }
        return copies;
    }

    /** Both names are in use: {@code torch_dtype} in older configurations, {@code dtype} in newer ones. */
    private static JsonObjectText withDType(JsonObjectText object, DType dtype) {
        JsonObjectText changed = object;
        for (String key : List.of("torch_dtype", "dtype")) {
            if (changed.raw(key).isPresent()) {
                changed = changed.with(key, '"' + torchName(dtype) + '"');
            }
        }
        return changed;
    }

    private static String torchName(DType dtype) {
        return switch (dtype) {
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            case F64 -> "float64";
            default -> "float32";
        };
    }
}
