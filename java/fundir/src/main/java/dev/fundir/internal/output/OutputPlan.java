package dev.fundir.internal.output;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Everything that writing an output leaves behind.
 *
 * @param tensorFiles one file, or the shards
 * @param metadata of each of them
 * @param sideFiles files without tensors, such as configuration and tokenizer, and last the index of the shards
 * @param removed files of an earlier output in the same place that this one does not write
 * @param existing files that were there when the plan was made, and that this output replaces or removes
 */
public record OutputPlan(
        OutputPlace place,
        List<OutputFile> tensorFiles,
        Map<String, String> metadata,
        List<SideFile> sideFiles,
        List<Path> removed,
        List<Path> existing) {

    /**
     * The plan of an output.
     *
     * @throws IOException when the output folder cannot be looked into
     */
    public static OutputPlan of(
            OutputPlace place, List<OutputFile> tensorFiles, Map<String, String> metadata, List<SideFile> sideFiles)
            throws IOException {
        List<Path> written = written(tensorFiles, sideFiles);
        List<Path> removed = new ArrayList<>(place.earlierFiles());
        removed.removeAll(written);
        List<Path> existing = Stream.concat(written.stream(), removed.stream())
                .filter(Files::exists)
                .toList();
        return new OutputPlan(
                place,
                tensorFiles,
                Collections.unmodifiableMap(metadata),
                List.copyOf(sideFiles),
                List.copyOf(removed),
                existing);
    }

    /** All files written. */
    public List<Path> written() {
        return written(tensorFiles, sideFiles);
    }

    private static List<Path> written(List<OutputFile> tensorFiles, List<SideFile> sideFiles) {
        return Stream.concat(
                        tensorFiles.stream().map(OutputFile::target),
                        sideFiles.stream().map(SideFile::target))
                .toList();
    }

    /** What opens as the checkpoint. */
    public Path checkpoint() {
        return tensorFiles.size() == 1 ? tensorFiles.get(0).target() : place.index();
    }
}
