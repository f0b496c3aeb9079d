package dev.fundir.merge;

import dev.fundir.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a caller asks for, before anything of it is looked at.
 *
 * @param recipe the file of a recipe; then there is no method, no base and no model here
 * @param resolver finds the models that a recipe does not name by a path
 * @param references what models are called in the records of the output, by their paths, where that is not their path
 * @param parameters shared, or the default of every model; they replace those of a recipe
 * @param perModel lists of one value for each model, in order
 */
record MergeRequest(
        Optional<Path> recipe,
        ModelResolver resolver,
        String method,
        Optional<Path> base,
        List<Model> models,
        Map<Path, String> references,
        Map<String, Object> parameters,
        Map<String, List<Object>> perModel,
        Optional<DType> outputDType,
        long seed,
        RandomGenerator generator,
        int threads,
        long memory,
        OptionalLong shardSize,
        Missing missing,
        NonFloat nonFloat,
        Map<String, String> metadata,
        boolean overwrite) {

    /** A model and the parameters that are its own. */
    record Model(Path path, Map<String, Object> parameters) {}
}
