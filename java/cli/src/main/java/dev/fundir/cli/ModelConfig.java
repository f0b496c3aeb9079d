package dev.fundir.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.fundir.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The texts and numbers that a model's {@code config.json} holds at its top. */
final class ModelConfig {
    private final Map<String, String> values;

    private ModelConfig(Map<String, String> values) {
        this.values = values;
    }

    /** The one that lies beside a checkpoint's files; an empty one where there is none that can be understood. */
    static ModelConfig beside(Checkpoint checkpoint) throws IOException {
        Path file = checkpoint.files().get(0).path().resolveSibling("config.json");
        if (!Files.isReadable(file)) {
            return new ModelConfig(Map.of());
        }
        Map<String, String> values = new HashMap<>();
        try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
            read(json, values);
        } catch (JsonProcessingException e) {
            // Its owner will hear of it from what loads the model; inspecting tensors does not need it.
            return new ModelConfig(Map.of());
        }
        return new ModelConfig(values);
    }

    private static void read(JsonParser json, Map<String, String> values) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            return;
        }
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            if (value.isStructStart()) {
                json.skipChildren();
            } else if (value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NUMBER_INT) {
                values.put(name, json.getText());
            }
        }
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** The first of these that is a whole number. */
    OptionalLong number(String... names) {
        for (String name : names) {
            String value = values.getOrDefault(name, "");
            if (value.matches("\\d{1,18}")) {
                return OptionalLong.of(Long.parseLong(value));
            }
        }
        return OptionalLong.empty();
    }
}
