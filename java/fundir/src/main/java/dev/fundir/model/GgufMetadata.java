package dev.fundir.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Metadata of a model as GGUF has them, and back.
 *
 * <p>Name, architecture and version have keys of their own. The training configuration, and maps among the custom
 * values, are spread over keys that are joined with dots; a null has no key. A value whose type is not the one that it
 * would be written with has it noted under {@value #TYPES}, so that files come out of a conversion, by whatever
 * formats, with the types that they had.
 */
final class GgufMetadata {
    static final String ARCHITECTURE = "general.architecture";
    static final String NAME = "general.name";
    static final String VERSION = "general.version";
    static final String QUANTIZATION_VERSION = "general.quantization_version";
    static final String FILE_TYPE = "general.file_type";

    /** Maps keys to types, where those are not the usual ones. */
    static final String TYPES = "gguf.types";

    private static final String TRAINING_CONFIG = "training_config";

    private GgufMetadata() {}

    /** The model's metadata from those of a file. */
    static ModelMetadata read(Map<String, GgufValue> values) {
        Map<String, Object> custom = new LinkedHashMap<>();
        Map<String, Object> training = new LinkedHashMap<>();
        Map<String, Object> types = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (isText(key, value)) {
                return;
            }
            if (key.startsWith(TRAINING_CONFIG + ".")) {
                nest(training, key.substring(TRAINING_CONFIG.length() + 1), value.value());
            } else {
                custom.put(key, value.value());
            }
            String type = value.typeText();
            if (!GgufTyping.usual(value.value()).filter(type::equals).isPresent()) {
                types.put(key, type);
            }
        });
        if (!types.isEmpty()) {
            custom.putIfAbsent(TYPES, types);
        }
        return new ModelMetadata(
                text(values, NAME),
                text(values, ARCHITECTURE),
                text(values, VERSION),
                training.isEmpty() ? Optional.empty() : Optional.of(training),
                custom);
    }

    private static boolean isText(String key, GgufValue value) {
        return value.type() == GgufValueType.STRING
                && (key.equals(NAME) || key.equals(ARCHITECTURE) || key.equals(VERSION));
    }

    private static String text(Map<String, GgufValue> values, String key) {
        GgufValue value = values.get(key);
        return value != null && isText(key, value) ? (String) value.value() : "";
    }

    /** Puts a value into maps in maps, by the parts of its key; as it is where a part is taken by another value. */
    private static void nest(Map<String, Object> map, String key, Object value) {
        int dot = key.indexOf('.');
        if (dot < 0) {
            map.put(key, value);
            return;
        }
        Object inner = map.computeIfAbsent(key.substring(0, dot), part -> new LinkedHashMap<String, Object>());
        if (inner instanceof LinkedHashMap<?, ?>) {
            @SuppressWarnings("unchecked") // only maps that are made here are in it
            Map<String, Object> rest = (Map<String, Object>) inner;
            nest(rest, key.substring(dot + 1), value);
        } else {
            map.put(key, value);
        }
    }

    /**
     * The metadata of a file from those of the model.
     *
     * @throws IllegalArgumentException when values are none that GGUF has; all are named
     */
    static Map<String, GgufValue> write(ModelMetadata metadata) {
        Map<String, Object> flat = new LinkedHashMap<>();
        flat.put(ARCHITECTURE, nullIfEmpty(metadata.architecture()));
        flat.put(NAME, nullIfEmpty(metadata.name()));
        flat.put(VERSION, nullIfEmpty(metadata.version()));
        List<String> problems = new ArrayList<>();
        Map<?, ?> types = metadata.custom().get(TYPES) instanceof Map<?, ?> map ? map : Map.of();
        metadata.trainingConfig().ifPresent(map -> spread(TRAINING_CONFIG, map, flat, problems));
        metadata.custom().forEach((key, value) -> {
            if (!key.equals(TYPES) || types.isEmpty()) {
                spread(key, value, flat, problems);
            }
        });
        Map<String, GgufValue> values = new LinkedHashMap<>();
        flat.forEach((key, value) -> {
            if (value != null) {
                String wanted = types.get(key) instanceof String text ? text : "";
                GgufTyping.typed(value, wanted)
                        .ifPresentOrElse(
                                typed -> values.put(key, typed),
                                () -> problems.add(key + " (" + describe(value) + ")"));
            }
        });
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("metadata that GGUF has no values for: " + String.join(", ", problems));
        }
        return values;
    }

    private static String nullIfEmpty(String text) {
        return text.isEmpty() ? null : text;
    }

    private static void spread(String key, Object value, Map<String, Object> flat, List<String> problems) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((inner, each) -> spread(key + "." + inner, each, flat, problems));
        } else if (flat.get(key) == null) {
            flat.put(key, value);
        } else if (!isOwn(key)) {
            problems.add(key + " (two values of this key)");
        }
    }

    /** What the model says by itself counts more than what is among its custom values. */
    private static boolean isOwn(String key) {
        return key.equals(ARCHITECTURE) || key.equals(NAME) || key.equals(VERSION);
    }

    private static String describe(Object value) {
        return value instanceof List<?>
                ? "a list of values that are not all of one type"
                : value.getClass().getName();
    }
}
