package dev.fundir.merge;

import dev.fundir.internal.JsonObjectText;
import dev.fundir.internal.output.OutputPlace;
import dev.fundir.internal.output.SideFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files that a model needs beside its tensors: configuration and tokenizer. Taken from where the base lies, or the
 * first model; a configuration that is not there, from the next input that has one.
 */
final class Companions {
    private static final String CONFIG = "config.json";
    private static final String CHAT_TEMPLATE = "chat_template.jinja";

    private static final PathMatcher OF_MODEL =
            named(CONFIG + ",generation_config.json,preprocessor_config.json,processor_config.json");

    private static final PathMatcher OF_TOKENIZER =
            named("tokenizer*.json,tokenizer*.model,spiece.model,sentencepiece.bpe.model,tekken.json,vocab.*,"
                    + "merges.txt,special_tokens_map.json,added_tokens.json,chat_template*");

    /** Programs that a model brings along. They are not copied: who loads the output would run them. */
    private static final PathMatcher PROGRAMS =
            named("configuration_*.py,modeling_*.py,tokenization_*.py,processing_*.py,image_processing_*.py");

    private final List<Path> files;
    private final List<Path> programs;
    private final Optional<JsonObjectText> config;

    /** The configuration of each input that has one. */
    private final Map<Integer, JsonObjectText> configs;

    private Companions(
            List<Path> files,
            List<Path> programs,
            Optional<JsonObjectText> config,
            Map<Integer, JsonObjectText> configs) {
        this.files = List.copyOf(files);
        this.programs = List.copyOf(programs);
        this.config = config;
        this.configs = Map.copyOf(configs);
    }

    /**
     * Finds the files that lie beside the inputs; says so where a {@code config.json} cannot be understood.
     *
     * @param tokenizer where the tokenizer's files are taken from, if not from the first input
     */
    static Companions of(Inputs inputs, Optional<Path> tokenizer, List<String> notices) throws IOException {
        Path first = folderOf(inputs, 0);
        List<Path> all = list(first, notices);
        List<Path> files = new ArrayList<>(matching(all, OF_MODEL));
        files.addAll(tokenizer.isPresent() ? ofTokenizer(tokenizer.get()) : matching(all, OF_TOKENIZER));
        Optional<JsonObjectText> config = Optional.empty();
        Map<Integer, JsonObjectText> configs = new HashMap<>();
        boolean found = false;
        for (int input = 0; input < inputs.count(); input++) {
            Path file = folderOf(inputs, input).resolve(CONFIG);
            if (!Files.isRegularFile(file)) {
                continue;
            }
            Optional<JsonObjectText> read = read(file, found ? new ArrayList<>() : notices);
            if (read.isPresent()) {
                configs.put(input, read.get());
            }
            if (!found) {
                found = true;
                config = read;
                if (input > 0) {
                    files.add(file);
                }
            }
        }
        return new Companions(files, matching(all, PROGRAMS), config, configs);
    }

    private static List<Path> ofTokenizer(Path source) throws IOException {
        Path folder = Files.isDirectory(source) ? source : folderOf(source);
        return matching(list(folder, new ArrayList<>()), OF_TOKENIZER);
    }

    private static Path folderOf(Inputs inputs, int input) {
        return folderOf(inputs.get(input).files().get(0).path());
    }

    private static Path folderOf(Path file) {
        return file.toAbsolutePath().getParent();
    }

    private static List<Path> list(Path folder, List<String> notices) throws IOException {
        if (!Files.isReadable(folder)) {
            notices.add("the folder " + folder + " cannot be listed: no configuration or tokenizer is taken from it");
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static List<Path> matching(List<Path> files, PathMatcher names) {
        return files.stream().filter(file -> names.matches(file.getFileName())).toList();
    }

    private static Optional<JsonObjectText> read(Path config, List<String> notices) throws IOException {
        try {
            return Optional.of(JsonObjectText.of(Files.readString(config)));
        } catch (IllegalArgumentException | CharacterCodingException e) {
            notices.add(config + " is not a JSON object and is taken as it is (" + e.getMessage() + ")");
            return Optional.empty();
        }
    }

    private static PathMatcher named(String globs) {
        return FileSystems.getDefault().getPathMatcher("glob:{" + globs + "}");
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
    List<SideFile> into(
            OutputPlace place,
            OutputFacts facts,
            Arrangement arrangement,
            Optional<String> chatTemplate,
            List<String> notices)
            throws IOException {
        note(arrangement, notices);
        List<SideFile> copies = new ArrayList<>();
        for (Path file : files) {
            Path target = place.sibling(file.getFileName().toString());
            boolean replaced = chatTemplate.isPresent() && file.endsWith(CHAT_TEMPLATE);
            if (replaced || (Files.exists(target) && Files.isSameFile(file, target))) {
                continue;
            }
            copies.add(
                    file.endsWith(CONFIG) && config.isPresent()
                            ? SideFile.text(target, configOf(facts, arrangement, notices))
                            : SideFile.copy(target, file));
        }
        chatTemplate.ifPresent(text -> copies.add(SideFile.text(place.sibling(CHAT_TEMPLATE), text)));
        return copies;
    }

    private String configOf(OutputFacts facts, Arrangement arrangement, List<String> notices) {
        Optional<StackedLayers> stacked = arrangement.renumbers()
                ? Optional.of(new StackedLayers(arrangement.parts(), configs))
                : Optional.empty();
        return OutputConfig.of(config.orElseThrow(), facts, stacked, notices).toString();
    }

    /** Says what comes from elsewhere than the first input, or is not there. */
    private void note(Arrangement arrangement, List<String> notices) {
        Path first = arrangement.inputs().get(0);
        arrangement
                .tokenizer()
                .filter(source -> matching(files, OF_TOKENIZER).isEmpty())
                .ifPresent(source ->
                        notices.add("there are no files of a tokenizer beside " + source + ": the output gets none"));
        files.stream()
                .filter(file -> file.endsWith(CONFIG) && !configs.containsKey(0) && config.isPresent())
                .forEach(file -> notices.add(first + " has no " + CONFIG + ": " + file + " is taken"));
        if (!programs.isEmpty()) {
            List<String> names =
                    programs.stream().map(file -> file.getFileName().toString()).toList();
            notices.add(first + " brings programs along, which are not copied: " + Problems.list(names)
                    + "; copy them if the output needs them and you trust them");
        }
    }
}
