package dev.fundir.merge;

import dev.fundir.internal.JsonObjectText;
import dev.fundir.internal.TorchDType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Makes an input's {@code config.json} say what the output is. What it does not mention stays unmentioned, and what is
 * not known stays as it is and is named in a notice.
 */
final class OutputConfig {
    /** Both names are in use: {@code torch_dtype} in older configurations, {@code dtype} in newer ones. */
    private static final List<String> DTYPE_KEYS = List.of("torch_dtype", "dtype");

    private static final List<String> LAYER_KEYS = List.of("num_hidden_layers", "n_layer", "num_layers", "n_layers");

    private static final List<String> ENCODER_LAYER_KEYS = List.of("encoder_layers");
    private static final List<String> DECODER_LAYER_KEYS = List.of("num_decoder_layers", "decoder_layers");

    /** Lists with an entry for each layer. */
    private static final List<String> LAYER_LISTS =
            List.of("layer_types", "mlp_layer_types", "layers_block_type", "no_rope_layers");

    /** Layers behind the others that predict further tokens; their tensors are there or not. */
    private static final String EXTRA_LAYERS_KEY = "num_nextn_predict_layers";

    /** Where tensors are packed numbers the dtype is the one to compute in, which they do not tell. */
    private static final String QUANTIZATION_KEY = "quantization_config";

    private static final String VOCABULARY_KEY = "vocab_size";
    private static final String TIED_KEY = "tie_word_embeddings";

    /** What models of text and something else keep their language model's configuration under. */
    private static final String TEXT_KEY = "text_config";

    private final OutputFacts facts;
    private final Optional<String> dtype;
    private final Optional<StackedLayers> stacked;
    private final Set<String> leftAsTheyAre = new LinkedHashSet<>();

    private OutputConfig(OutputFacts facts, boolean quantized, Optional<StackedLayers> stacked) {
        this.facts = facts;
        dtype = (quantized ? facts.asked() : facts.dtype()).flatMap(TorchDType::nameOf);
        this.stacked = stacked;
    }

    /**
     * The configuration of an output.
     *
     * @param config that of an input
     * @param stacked where the layers come from, if they got numbers of their own
     */
    static JsonObjectText of(
            JsonObjectText config, OutputFacts facts, Optional<StackedLayers> stacked, List<String> notices) {
        OutputConfig output =
                new OutputConfig(facts, config.raw(QUANTIZATION_KEY).isPresent(), stacked);
        JsonObjectText changed = output.putRight(config, Optional.empty());
        Optional<JsonObjectText> text = changed.object(TEXT_KEY);
        if (text.isPresent()) {
            changed = changed.with(
                    TEXT_KEY, output.putRight(text.get(), Optional.of(TEXT_KEY)).toString());
        }
        if (!output.leftAsTheyAre.isEmpty()) {
            notices.add("config.json: " + String.join(", ", output.leftAsTheyAre)
                    + " may not fit the layers of the output; what they have to be is not known, and they are as they"
                    + " were");
        }
        return output.withAskedDType(changed);
    }

    /**
     * A configuration, or a part of one.
     *
     * @param section what it is kept under, if it is a part
     */
    private JsonObjectText putRight(JsonObjectText config, Optional<String> section) {
        JsonObjectText changed = config;
        if (dtype.isPresent()) {
            changed = with(changed, DTYPE_KEYS, quoted(dtype.get()));
        }
        changed = withCount(changed, LAYER_KEYS, facts.layers().main());
        changed = withCount(changed, ENCODER_LAYER_KEYS, facts.layers().encoder());
        changed = withCount(changed, DECODER_LAYER_KEYS, facts.layers().decoder());
        changed = withLists(changed, section);
        if (facts.vocabulary().isPresent()) {
            changed = with(
                    changed,
                    List.of(VOCABULARY_KEY),
                    Long.toString(facts.vocabulary().getAsLong()));
        }
        return facts.hasHead() ? with(changed, List.of(TIED_KEY), "false") : changed;
    }

    private JsonObjectText withAskedDType(JsonObjectText config) {
        boolean tells = Stream.of(Optional.of(config), config.object(TEXT_KEY))
                .flatMap(Optional::stream)
                .anyMatch(each ->
                        DTYPE_KEYS.stream().anyMatch(key -> each.raw(key).isPresent()));
        Optional<String> asked = facts.asked().flatMap(TorchDType::nameOf);
        return tells || asked.isEmpty() ? config : config.adding(DTYPE_KEYS.get(0), quoted(asked.get()));
    }

    /** Counts that are not known to be right stay as they are. */
    private JsonObjectText withCount(JsonObjectText config, List<String> keys, OptionalInt count) {
        JsonObjectText changed = config;
        for (String key : keys) {
            Optional<Integer> said = config.raw(key).flatMap(OutputConfig::number);
            if (said.isEmpty()) {
                continue;
            }
            int extra =
                    config.raw(EXTRA_LAYERS_KEY).flatMap(OutputConfig::number).orElse(0);
            if (count.isPresent() && count.getAsInt() != said.get() + extra) {
                changed = with(changed, List.of(key), Integer.toString(count.getAsInt()));
            } else if (count.isEmpty()
                    && !facts.layers().byStack().isEmpty()
                    && !facts.layers().byStack().containsValue(said.get())) {
                leftAsTheyAre.add(key);
            }
        }
        return changed;
    }

    private JsonObjectText withLists(JsonObjectText config, Optional<String> section) {
        JsonObjectText changed = config;
        for (String key : LAYER_LISTS) {
            Optional<List<String>> said = config.list(key);
            if (said.isEmpty()) {
                continue;
            }
            Optional<List<String>> ofLayers =
                    stacked.isPresent() ? stacked.get().list(section, key) : said;
            OptionalInt count = facts.layers().main();
            if (ofLayers.isEmpty() || (count.isPresent() && ofLayers.get().size() != count.getAsInt())) {
                leftAsTheyAre.add(key);
            } else if (!ofLayers.equals(said)) {
                changed = changed.with(key, "[" + String.join(", ", ofLayers.get()) + "]");
            }
        }
        return changed;
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

    private static Optional<Integer> number(String raw) {
        return raw.matches("\\d{1,9}") ? Optional.of(Integer.valueOf(raw)) : Optional.empty();
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }
}
