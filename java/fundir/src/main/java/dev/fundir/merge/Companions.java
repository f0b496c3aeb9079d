package dev.fundir.merge;

import dev.fundir.Checkpoint;
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

    /** Those of {@link #NAMES} that belong to the tokenizer. */
    private static final PathMatcher TOKENIZER = FileSystems.getDefault()
            .getPathMatcher("glob:{tokenizer*.json,tokenizer*.model,vocab.*,merges.txt,special_tokens_map.json,"
                    + "added_tokens.json,chat_template*}");

    private static final String CHAT_TEMPLATE = "chat_template.jinja";

    private final List<Path> files;
    private final Optional<JsonObjectText> config;

    private Companions(List<Path> files, Optional<JsonObjectText> config) {
        this.files = files;
        this.config = config;
    }

    /**
     * Finds the files that lie beside those of a checkpoint; says so where {@code config.json} cannot be understood.
     *
     * @param tokenizer where the tokenizer's files are taken from, if not from there
     */
    static Companions beside(Checkpoint checkpoint, Optional<Path> tokenizer, List<String> notices) throws IOException {
        Companions own = in(folderOf(checkpoint.files().get(0).path()), notices);
        if (tokenizer.isEmpty()) {
            return own;
        }
        Path other = Files.isDirectory(tokenizer.get()) ? tokenizer.get() : folderOf(tokenizer.get());
        List<Path> files = new ArrayList<>(own.files);
        files.removeIf(file -> TOKENIZER.matches(file.getFileName()));
        in(other, notices).files.stream()
                .filter(file -> TOKENIZER.matches(file.getFileName()))
                .forEach(files::add);
        return new Companions(files, own.config);
    }

    private static Path folderOf(Path file) {
        return file.toAbsolutePath().getParent();
    }

    private static Companions in(Path folder, List<String> notices) throws IOException {
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

    /**
     * The files to write into an output folder; {@code config.json} tells what the output is.
     *
     * @param chatTemplate a template in place of the one beside the tokenizer
     */
    List<SideFile> into(OutputPlace place, OutputFacts facts, Optional<String> chatTemplate) throws IOException {
        List<SideFile> copies = new ArrayList<>();
        for (Path file : files) {
            Path target = place.sibling(file.getFileName().toString());
            boolean replaced = chatTemplate.isPresent() && file.endsWith(CHAT_TEMPLATE);
            if (replaced || (Files.exists(target) && Files.isSameFile(file, target))) {
                continue;
            }
            copies.add(
                    file.endsWith(CONFIG) && config.isPresent()
                            ? SideFile.text(target, facts.into(config.get()).toString())
                            : SideFile.copy(target, file));
        }
        chatTemplate.ifPresent(text -> copies.add(SideFile.text(place.sibling(CHAT_TEMPLATE), text)));
        return copies;
    }
}
