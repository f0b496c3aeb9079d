package dev.fundir.merge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Everything that a merge leaves behind.
 *
 * @param tensorFiles one file, or the shards
 * @param metadata of each of them
 * @param sideFiles configuration and tokenizer, and last the index of the shards
 * @param removed files of an earlier output in the same place that this one does not write
 * @param existing files that were there when the plan was made, and that this output replaces or removes
 */
record OutputPlan(
        OutputPlace place,
        List<OutputFile> tensorFiles,
        Map<String, String> metadata,
        List<SideFile> sideFiles,
        List<Path> removed,
        List<Path> existing) {

    static OutputPlan of(
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
    List<Path> written() {
        return written(tensorFiles, sideFiles);
    }

    private static List<Path> written(List<OutputFile> tensorFiles, List<SideFile> sideFiles) {
        return Stream.concat(
                        tensorFiles.stream().map(OutputFile::target),
                        sideFiles.stream().map(SideFile::target))
                .toList();
    }

    /** What opens as the checkpoint. */
    Path checkpoint() {
        return tensorFiles.size() == 1 ? tensorFiles.get(0).target() : place.index();
    }
}
