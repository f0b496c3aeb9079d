package dev.fundir.hub;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What the Hub says of a model.
 *
 * @param id the model, by the name that the Hub has for it now, at the revision that was asked for
 * @param commit the hash of the commit that the revision is
 * @param isPrivate whether only its owners see it
 * @param isGated whether the owner wants to be asked for access
 * @param isDisabled whether the Hub has taken it down
 * @param tags what it is labelled with
 * @param fileNames paths of all files at the revision
 * @param parameterCounts elements by the name of their dtype, where the Hub has looked into the safetensors files
 * @param parameterCount elements in all, where the Hub says
 */
public record ModelInfo(
        ModelId id,
        String commit,
        boolean isPrivate,
        boolean isGated,
        boolean isDisabled,
        List<String> tags,
        List<String> fileNames,
        Map<String, Long> parameterCounts,
        OptionalLong parameterCount) {}
