package dev.fundir.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The file formats a model is kept in. */
public enum ModelFormat {
    /** Safetensors: a file, or shards in a folder. */
    SAFETENSORS(new SafetensorsFormat(), ".safetensors", ".safetensors.index.json"),
    /** JSON that people can read. */
    JSON(new JsonFormat(), ".json"),
    /** YAML that people can read. */
    YAML(new YamlFormat(), ".yaml", ".yml"),
    /** GGUF. */
    GGUF(new GgufFormat(), ".gguf");

    /** Enough of a file to tell its format by. */
    private static final int HEAD = 16;

    @SuppressWarnings("ImmutableEnumChecker") // a codec has no state
    private final FormatCodec codec;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> endings;

    ModelFormat(FormatCodec codec, String... endings) {
        this.codec = codec;
        this.endings = List.of(endings);
    }

    /**
     * The format's name.
     *
     * @return such as {@code safetensors}
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The format that a file's name says.
     *
     * @param path a path, of a file that need not exist
     * @return the format, empty when the name ends in none of the formats' endings
     */
    public static Optional<ModelFormat> ofName(Path path) {
        String name = path.toString().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(format -> format.endings.stream().anyMatch(name::endsWith))
                .findFirst();
    }

    /**
     * The format of a file or folder: as its name says, else as its first bytes do.
     *
     * @param path a file or folder
     * @return the format; safetensors where nothing else is recognised
     * @throws java.nio.file.NoSuchFileException when there is nothing at the path
     * @throws IOException when the file cannot be read
     */
    public static ModelFormat of(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return SAFETENSORS;
        }
        Optional<ModelFormat> named = ofName(path);
        return named.isPresent() ? named.get() : ofContent(path);
    }

    private static ModelFormat ofContent(Path file) throws IOException {
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(HEAD);
        }
        String text = new String(head, StandardCharsets.ISO_8859_1);
        if (text.startsWith("GGUF")) {
            return GGUF;
        }
        return text.stripLeading().startsWith("{") ? JSON : SAFETENSORS;
    }

    FormatCodec codec() {
        return codec;
    }
}
