package dev.fundir.merge;

import dev.fundir.Checkpoint;
import dev.fundir.internal.output.OutputPlace;
import java.util.Map;
import java.util.TreeMap;

/** The {@code __metadata__} of an output. */
final class OutputMetadata {
    private static final String UNKNOWN_ARCHITECTURE = "unknown";
    private static final String FIRST_VERSION = "1.0";

    private OutputMetadata() {}

    /**
     * What the merge says about itself, and what the caller says, who wins.
     *
     * @param first the base, or the first model where there is none
     * @param companions the files beside it
     */
    static Map<String, String> of(
            MergeRequest request,
            MergeMethod method,
            OutputPlace place,
            Checkpoint first,
            Companions companions,
            int tensorCount) {
        Map<String, String> inherited = first.metadata();
        Map<String, String> metadata = new TreeMap<>();
        metadata.put("format", "pt");
        metadata.put("merge_method", method.label());
        metadata.put("tensor_count", Integer.toString(tensorCount));
        metadata.put("seed", Long.toUnsignedString(request.seed()));
        metadata.put("rng", request.generator().label());
        metadata.put("name", place.name());
        metadata.put("version", inherited.getOrDefault("version", FIRST_VERSION));
        metadata.put(
                "architecture",
                inherited.getOrDefault("architecture", companions.architecture().orElse(UNKNOWN_ARCHITECTURE)));
        metadata.put("fundir_version", Version.current());
        metadata.putAll(request.metadata());
        return metadata;
    }
}
