package dev.fundir.model;

import dev.fundir.Checkpoint;
import dev.fundir.TensorView;
import dev.fundir.internal.JsonObjectText;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What kind of model it is: as the {@code config.json} beside it says, else as its metadata and the names and shapes of
 * its tensors suggest.
 *
 * @param family such as {@code llama}
 * @param layers number of layers
 * @param hiddenSize width of the hidden state
 * @param vocabSize number of tokens
 */
public record Architecture(
        Optional<String> family, OptionalLong layers, OptionalLong hiddenSize, OptionalLong vocabSize) {
    private static final Pattern LAYER =
            Pattern.compile("(?:^|\\.)(?:layers|h|blocks|layer|block|blk)\\.(\\d{1,9})\\.");

    /** A table with a row of the hidden state's width for each token. */
    private static final Pattern EMBEDDING = Pattern.compile(
            "(?:^|\\.)(?:embed_tokens|wte|word_embeddings|tok_embeddings|embed_in|shared|token_embedding|token_embd)\\.weight$");

    /** What the metadata of a merge says where nothing is known. */
    private static final String UNKNOWN = "unknown";

    private static final JsonObjectText NO_CONFIG = JsonObjectText.of("{}");

    /**
     * The architecture of a checkpoint.
     *
     * @param checkpoint an open one
     * @return what is known of it
     * @throws IOException when the {@code config.json} beside it cannot be read
     */
    public static Architecture of(Checkpoint checkpoint) throws IOException {
        JsonObjectText config = checkpoint.files().isEmpty()
                ? NO_CONFIG
                : config(checkpoint.files().get(0).path().resolveSibling("config.json"));
        return of(
                config,
                Optional.ofNullable(checkpoint.metadata().get("architecture")),
                checkpoint.names(),
                name -> checkpoint.find(name).map(TensorView::shape));
    }

    /**
     * The architecture of a model, as far as it can be told without a {@code config.json}.
     *
     * @param model a model
     * @return what is known of it
     */
    public static Architecture of(Model model) {
        return of(
                NO_CONFIG,
                Optional.of(model.metadata().architecture()).filter(said -> !said.isEmpty()),
                model.parameters().stream().map(Parameter::name).toList(),
                name -> model.find(name).map(parameter -> parameter.tensor().shape()));
    }

    /**
     * The architecture of a model whose files are elsewhere.
     *
     * @param config the text of its {@code config.json}; empty when there is none
     * @param metadata of its safetensors files
     * @param names of its tensors, in the order of the names
     * @param shapes the shape of a tensor; empty for names that there are not
     * @return what is known of it
     */
    public static Architecture of(
            Optional<String> config,
            Map<String, String> metadata,
            List<String> names,
            Function<String, Optional<long[]>> shapes) {
        return of(
                config.map(Architecture::parsed).orElse(NO_CONFIG),
                Optional.ofNullable(metadata.get("architecture")),
                names,
                shapes);
    }

    private static Architecture of(
            JsonObjectText config,
            Optional<String> said,
            List<String> names,
            Function<String, Optional<long[]>> shapes) {
        Optional<long[]> embedding = names.stream()
                .filter(name -> EMBEDDING.matcher(name).find())
                .findFirst()
                .flatMap(shapes)
                .filter(shape -> shape.length == 2);
        return new Architecture(
                config.firstString("model_type")
                        .or(() -> said.filter(known -> !known.equals(UNKNOWN)))
                        .or(() -> ModelFamily.of(names)),
                either(number(config, "num_hidden_layers", "n_layer", "num_layers"), countLayers(names)),
                either(number(config, "hidden_size", "n_embd", "d_model"), extent(embedding, 1)),
                either(number(config, "vocab_size"), extent(embedding, 0)));
    }

    /** A configuration; an empty one where there is none that can be understood. */
    private static JsonObjectText config(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            return NO_CONFIG;
        }
        try {
            return parsed(Files.readString(file));
        } catch (CharacterCodingException e) {
            return NO_CONFIG; // as below
        }
    }

    private static JsonObjectText parsed(String config) {
        try {
            return JsonObjectText.of(config);
        } catch (IllegalArgumentException e) {
            // Its owner will hear of it from what loads the model; inspecting tensors does not need it.
            return NO_CONFIG;
        }
    }

    /** The first of these that is a whole number, also where models of text and something else keep it. */
    private static OptionalLong number(JsonObjectText config, String... keys) {
        JsonObjectText text = config.object("text_config").orElse(NO_CONFIG);
        return Arrays.stream(keys)
                .flatMap(key -> List.of(config.number(key), text.number(key)).stream())
                .filter(OptionalLong::isPresent)
                .findFirst()
                .orElse(OptionalLong.empty());
    }

    private static OptionalLong countLayers(List<String> names) {
        return names.stream()
                .map(LAYER::matcher)
                .filter(Matcher::find)
                .mapToLong(found -> Long.parseLong(found.group(1)) + 1)
                .max();
    }

    private static OptionalLong extent(Optional<long[]> shape, int axis) {
        return shape.map(known -> OptionalLong.of(known[axis])).orElse(OptionalLong.empty());
    }

    private static OptionalLong either(OptionalLong said, OptionalLong found) {
        return said.isPresent() ? said : found;
    }

    /**
     * All that is known, in words.
     *
     * @return such as {@code llama, 22 layers, hidden size 2048, vocabulary 32000}
     */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        parts.add(family.orElse(UNKNOWN));
        layers.ifPresent(number -> parts.add(number + (number == 1 ? " layer" : " layers")));
        hiddenSize.ifPresent(number -> parts.add("hidden size " + number));
        vocabSize.ifPresent(number -> parts.add("vocabulary " + number));
        return String.join(", ", parts);
    }
}
