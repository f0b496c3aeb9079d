package dev.fundir.cli;

import dev.fundir.Checkpoint;
import dev.fundir.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What kind of model a checkpoint is: as the {@code config.json} beside it says, else as its metadata and the names of
 * its tensors suggest.
 *
 * @param family such as {@code llama}
 * @param layers number of layers
 * @param hiddenSize width of the hidden state
 * @param vocabSize number of tokens
 */
record Architecture(Optional<String> family, OptionalLong layers, OptionalLong hiddenSize, OptionalLong vocabSize) {
    private static final Pattern LAYER = Pattern.compile("(?:^|\\.)(?:layers|h|blocks|layer|block)\\.(\\d{1,9})\\.");

    /** A table with a row of the hidden state's width for each token. */
    private static final Pattern EMBEDDING = Pattern.compile(
            "(?:^|\\.)(?:embed_tokens|wte|word_embeddings|tok_embeddings|embed_in|shared|token_embedding)\\.weight$");

    /** What the metadata of a merge says where nothing is known. */
    private static final String UNKNOWN = "unknown";

    static Architecture of(Checkpoint checkpoint) throws IOException {
        ModelConfig config = ModelConfig.beside(checkpoint);
        List<String> names = checkpoint.names();
        Optional<Tensor> embedding = names.stream()
                .filter(name -> EMBEDDING.matcher(name).find())
                .findFirst()
                .flatMap(checkpoint::find)
                .filter(tensor -> tensor.rank() == 2);
        Optional<String> family = config.text("model_type")
                .or(() -> Optional.ofNullable(checkpoint.metadata().get("architecture")))
                .filter(known -> !known.equals(UNKNOWN))
                .or(() -> ModelFamily.of(names));
        return new Architecture(
                family,
                either(config.number("num_hidden_layers", "n_layer", "num_layers"), countLayers(names)),
                either(config.number("hidden_size", "n_embd", "d_model"), dimension(embedding, 1)),
                either(config.number("vocab_size"), dimension(embedding, 0)));
    }

    private static OptionalLong countLayers(List<String> names) {
        return names.stream()
                .map(LAYER::matcher)
                .filter(Matcher::find)
                .mapToLong(found -> Long.parseLong(found.group(1)) + 1)
                .max();
    }

    private static OptionalLong dimension(Optional<Tensor> tensor, int axis) {
        return tensor.map(known -> OptionalLong.of(known.dimension(axis))).orElse(OptionalLong.empty());
    }

    private static OptionalLong either(OptionalLong said, OptionalLong found) {
        return said.isPresent() ? said : found;
    }

    /** Such as {@code llama, 22 layers, hidden size 2048, vocabulary 32000}. */
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
