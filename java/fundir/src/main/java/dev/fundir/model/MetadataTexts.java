package dev.fundir.model;

import dev.fundir.internal.Utf8;
import dev.fundir.internal.document.DocumentMistake;
import dev.fundir.internal.document.JsonReader;
import dev.fundir.internal.document.Node;
import dev.fundir.internal.document.TextInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model is, as the keys and texts that safetensors files have.
 *
 * <p>Name, architecture and version have their keys where they are known. The training configuration is JSON text under
 * {@code training_config}. All other pairs are custom values: strings as they are, others as JSON text. The keys of
 * those others are listed under {@code json_values}, so that only they become numbers and lists again, and no text that
 * another writer meant.
 */
final class MetadataTexts {
    private static final String NAME = "name";
    private static final String ARCHITECTURE = "architecture";
    private static final String VERSION = "version";
    private static final String TRAINING_CONFIG = "training_config";
    private static final String JSON_VALUES = "json_values";

    private MetadataTexts() {}

    static ModelMetadata read(Map<String, String> texts) {
        Map<String, Object> custom = new LinkedHashMap<>(texts);
        custom.remove(NAME);
        custom.remove(ARCHITECTURE);
        custom.remove(VERSION);
        Optional<Map<String, Object>> training =
                Optional.ofNullable(texts.get(TRAINING_CONFIG)).flatMap(MetadataTexts::map);
        if (training.isPresent()) {
            custom.remove(TRAINING_CONFIG);
        }
        Optional<List<?>> keys = Optional.ofNullable(texts.get(JSON_VALUES)).flatMap(MetadataTexts::list);
        if (keys.isPresent()) {
            custom.remove(JSON_VALUES);
            keys.get().stream()
                    .filter(String.class::isInstance)
                    .map(String.class::cast)
                    .filter(custom::containsKey)
                    .forEach(key -> custom.put(key, value(texts.get(key))));
        }
        return new ModelMetadata(
                texts.getOrDefault(NAME, ""),
                texts.getOrDefault(ARCHITECTURE, ""),
                texts.getOrDefault(VERSION, ""),
                training,
                custom);
    }

    /** The map that a text is in JSON; empty when it is something else. */
    private static Optional<Map<String, Object>> map(String text) {
        return node(text).filter(Node.Mapping.class::isInstance).map(node -> NodeValues.map(node, TRAINING_CONFIG));
    }

    /** The list that a text is in JSON; empty when it is something else. */
    private static Optional<List<?>> list(String text) {
        return node(text)
                .map(NodeValues::of)
                .flatMap(value -> value instanceof List<?> list ? Optional.of(list) : Optional.empty());
    }

    /** The value of a text in JSON, or the text when it is something else. */
    private static Object value(String text) {
        Optional<Node> node = node(text);
        return node.isPresent() ? NodeValues.of(node.get()) : text;
    }

    private static Optional<Node> node(String text) {
        try {
            JsonReader reader = new JsonReader(TextInput.of(text.getBytes(StandardCharsets.UTF_8)));
            Node node = reader.value();
            reader.end();
            return Optional.of(node);
        } catch (DocumentMistake e) {
            return Optional.empty(); // another writer's text, which stays one
        } catch (IOException e) {
            throw new UncheckedIOException(e); // bytes in memory
        }
    }

    /**
     * The texts of a model.
     *
     * @throws IllegalArgumentException when a custom value has the key of something else that the model says
     */
    static Map<String, String> of(ModelMetadata metadata) {
        Map<String, String> texts = new LinkedHashMap<>();
        putUnlessEmpty(texts, NAME, metadata.name());
        putUnlessEmpty(texts, ARCHITECTURE, metadata.architecture());
        putUnlessEmpty(texts, VERSION, metadata.version());
        metadata.trainingConfig().ifPresent(training -> texts.put(TRAINING_CONFIG, JsonText.of(training)));
        List<String> json = metadata.custom().entrySet().stream()
                .filter(each -> !(each.getValue() instanceof String))
                .map(Map.Entry::getKey)
                .sorted(Utf8.ORDER)
                .toList();
        if (!json.isEmpty()) {
            texts.put(JSON_VALUES, JsonText.of(json));
        }
        metadata.custom().forEach((key, value) -> {
            String before = texts.put(key, value instanceof String text ? text : JsonText.of(value));
            if (before != null) {
                throw new IllegalArgumentException("the custom value " + key
                        + " has the key under which safetensors keeps what the model says itself: rename it");
            }
        });
        return texts;
    }

    private static void putUnlessEmpty(Map<String, String> texts, String key, String value) {
        if (!value.isEmpty()) {
            texts.put(key, value);
        }
    }
}
