package dev.fundir.hub;

import dev.fundir.model.Architecture;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the headers of a checkpoint on the Hub say; of its tensors, no byte was moved.
 *
 * @param id the model
 * @param commit the hash of the commit that was read
 * @param files the safetensors files, in the order of their names
 * @param tensors in the order of their names
 * @param config the text of {@code config.json}, if there is one
 * @param bytesRead bytes of files that were moved: headers, the shard index, the configuration
 */
public record RemoteCheckpoint(
        ModelId id,
        String commit,
        List<RemoteShard> files,
        List<RemoteTensor> tensors,
        Optional<String> config,
        long bytesRead) {
    /**
     * Elements of all tensors.
     *
     * @return the number of parameters
     */
    public long parameterCount() {
        return tensors.stream().mapToLong(RemoteTensor::elementCount).sum();
    }

    /**
     * Bytes of all files.
     *
     * @return the sum of their sizes
     */
    public long byteSize() {
        return files.stream().mapToLong(RemoteShard::byteSize).sum();
    }

    /**
     * The metadata of all files.
     *
     * @return the pairs; of a key that several files have, the first file's value
     */
    public Map<String, String> metadata() {
        Map<String, String> all = new LinkedHashMap<>();
        files.forEach(file -> file.metadata().forEach(all::putIfAbsent));
        return Collections.unmodifiableMap(all);
    }

    /**
     * What kind of model it is.
     *
     * @return what its configuration says, else what metadata and tensors suggest
     */
    public Architecture architecture() {
        Map<String, RemoteTensor> byName =
                tensors.stream().collect(Collectors.toMap(RemoteTensor::name, Function.identity()));
        return Architecture.of(
                config, metadata(), tensors.stream().map(RemoteTensor::name).toList(), name -> Optional.ofNullable(
                                byName.get(name))
                        .map(tensor -> tensor.shape().stream()
                                .mapToLong(Long::longValue)
                                .toArray()));
    }
}
