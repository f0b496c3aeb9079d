package dev.fundir.merge;

import dev.fundir.internal.JsonObjectText;
import dev.fundir.internal.output.CompanionFiles;
import dev.fundir.internal.output.OutputPlace;
import dev.fundir.internal.output.SideFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files that a model needs beside its tensors: configuration and tokenizer. Taken from where the base lies, or the
 * first model; a configuration that is not there, from the next input that has one.
 */
final class Companions {
    private static final String CHAT_TEMPLATE = "chat_template.jinja";

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
        List<Path> files = new ArrayList<>(CompanionFiles.CONFIGURATION.among(all));
        files.addAll(tokenizer.isPresent() ? ofTokenizer(tokenizer.get()) : CompanionFiles.TOKENIZER.among(all));
        Optional<JsonObjectText> config = Optional.empty();
        Map<Integer, JsonObjectText> configs = new HashMap<>();
        boolean found = false;
        for (int input = 0; input < inputs.count(); input++) {
            Path file = folderOf(inputs, input).resolve(CompanionFiles.CONFIG);
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
        return new Companions(files, CompanionFiles.PROGRAMS.among(all), config, configs);
    }

    private static List<Path> ofTokenizer(Path source) throws IOException {
        Path folder = Files.isDirectory(source) ? source : folderOf(source);
        return CompanionFiles.TOKENIZER.among(list(folder, new ArrayList<>()));
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
        return CompanionFiles.list(folder);
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
                    file.endsWith(CompanionFiles.CONFIG) && config.isPresent()
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
                .filter(source -> CompanionFiles.TOKENIZER.among(files).isEmpty())
                .ifPresent(source ->
                        notices.add("there are no files of a tokenizer beside " + source + ": the output gets none"));
        files.stream()
                .filter(file -> file.endsWith(CompanionFiles.CONFIG) && !configs.containsKey(0) && config.isPresent())
                .forEach(file -> notices.add(first + " has no " + CompanionFiles.CONFIG + ": " + file + " is taken"));
        if (!programs.isEmpty()) {
            List<String> names =
                    programs.stream().map(file -> file.getFileName().toString()).toList();
            notices.add(first + " brings programs along, which are not copied: " + Problems.list(names)
                    + "; copy them if the output needs them and you trust them");
        }
    }
}
