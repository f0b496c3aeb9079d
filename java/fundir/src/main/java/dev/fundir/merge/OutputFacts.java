package dev.fundir.merge;

import dev.fundir.DType;
import dev.fundir.internal.recipe.LayerName;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * What a configuration has to tell about an output.
 *
 * @param dtype the dtype that was asked for
 * @param layers how many there are, where the merge gave them new numbers
 * @param vocabulary the rows of the table that tokens are looked up in
 * @param hasHead whether there is a head of its own
 */
record OutputFacts(Optional<DType> dtype, OptionalInt layers, OptionalLong vocabulary, boolean hasHead) {
    private static final Pattern EMBEDDING = Pattern.compile(
            "(?:^|\\.)(?:embed_tokens|wte|word_embeddings|tok_embeddings|embed_in|shared|token_embedding)\\.weight$");

    /** Both names are in use: {@code torch_dtype} in older configurations, {@code dtype} in newer ones. */
    private static final List<String> DTYPE_KEYS = List.of("torch_dtype", "dtype");

    private static final List<String> LAYER_KEYS = List.of("num_hidden_layers", "n_layer", "num_layers", "n_layers");
    private static final String VOCABULARY_KEY = "vocab_size";
    private static final String TIED_KEY = "tie_word_embeddings";

    static OutputFacts of(List<PlannedTensor> tensors, Optional<DType> dtype, boolean renumbered) {
        OptionalInt layers = tensors.stream()
                .flatMap(tensor -> LayerName.of(tensor.name()).stream())
                .mapToInt(name -> name.layer() + 1)
                .max();
        OptionalLong vocabulary = tensors.stream()
                .filter(tensor -> tensor.shape().size() == 2
                        && EMBEDDING.matcher(tensor.name()).find())
                .mapToLong(tensor -> tensor.shape().get(0))
                .findFirst();
        boolean hasHead = tensors.stream().anyMatch(tensor -> tensor.name().equals(TiedHead.HEAD));
        return new OutputFacts(dtype, renumbered ? layers : OptionalInt.empty(), vocabulary, hasHead);
    }

    /** Puts right what a configuration says; what it does not mention stays unmentioned. */
    JsonObjectText into(JsonObjectText config) {
        JsonObjectText changed = config;
        Optional<String> name = dtype.flatMap(TorchDType::nameOf);
        if (name.isPresent()) {
            changed = with(changed, DTYPE_KEYS, '"' + name.get() + '"');
        }
        if (layers.isPresent()) {
            changed = with(changed, LAYER_KEYS, Integer.toString(layers.getAsInt()));
        }
        if (vocabulary.isPresent()) {
            changed = with(changed, List.of(VOCABULARY_KEY), Long.toString(vocabulary.getAsLong()));
        }
        return hasHead ? with(changed, List.of(TIED_KEY), "false") : changed;
    }

    private static JsonObjectText with(JsonObjectText config, List<String> keys, String value) {
        JsonObjectText changed = config;
        for (String key : keys) {
            if (!changed.raw(key).orElse(value).equals(value)) {
                changed = changed.with(key, value);
            }
        }
        return changed;
    }
}
