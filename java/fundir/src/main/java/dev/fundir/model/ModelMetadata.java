package dev.fundir.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a model is.
 *
 * <p>Values of maps are what JSON has: strings, numbers ({@link Long}, {@link java.math.BigInteger}, {@link Double}),
 * booleans, lists, maps with string keys, and null.
 *
 * @param name what it is called, empty when unknown
 * @param architecture such as {@code llama}, empty when unknown
 * @param version its version, empty when unknown
 * @param trainingConfig how it was trained
 * @param custom anything else that its maker tells
 */
public record ModelMetadata(
        String name,
        String architecture,
        String version,
        Optional<Map<String, Object>> trainingConfig,
        Map<String, Object> custom) {
    /**
     * Copies the maps.
     *
     * @param name what it is called, empty when unknown
     * @param architecture such as {@code llama}, empty when unknown
     * @param version its version, empty when unknown
     * @param trainingConfig how it was trained
     * @param custom anything else that its maker tells
     */
    public ModelMetadata {
        Objects.requireNonNull(name);
        Objects.requireNonNull(architecture);
        Objects.requireNonNull(version);
        trainingConfig = trainingConfig.map(ModelMetadata::copy);
        custom = copy(custom);
    }

    /**
     * A model of the first version, {@code 0.1.0}, without further metadata.
     *
     * @param name what it is called
     * @param architecture such as {@code llama}
     */
    public ModelMetadata(String name, String architecture) {
        this(name, architecture, "0.1.0", Optional.empty(), Map.of());
    }

    /**
     * The same with another version.
     *
     * @param other the version
     * @return new metadata
     */
    public ModelMetadata withVersion(String other) {
        return new ModelMetadata(name, architecture, other, trainingConfig, custom);
    }

    /**
     * The same with one more custom value.
     *
     * @param key its key; the value it had is replaced
     * @param value its value
     * @return new metadata
     */
    public ModelMetadata withCustom(String key, Object value) {
        Map<String, Object> all = new LinkedHashMap<>(custom);
        all.put(key, value);
        return new ModelMetadata(name, architecture, version, trainingConfig, all);
    }

    private static Map<String, Object> copy(Map<String, Object> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
