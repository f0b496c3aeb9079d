package dev.fundir.merge;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Everything that a merge leaves behind.
 *
 * @param tensorFiles one file, or the shards
 * @param sideFiles configuration and tokenizer, and last the index of the shards
 * @param removed files of an earlier output in the same place that this one does not write
 */
record OutputPlan(OutputPlace place, List<OutputFile> tensorFiles, List<SideFile> sideFiles, List<Path> removed) {

    static OutputPlan of(OutputPlace place, List<OutputFile> tensorFiles, List<SideFile> sideFiles) throws IOException {
        OutputPlan fresh = new OutputPlan(place, tensorFiles, List.copyOf(sideFiles), List.of());
        List<Path> removed = new ArrayList<>(place.earlierFiles());
        removed.removeAll(fresh.written());
        return new OutputPlan(place, tensorFiles, fresh.sideFiles, List.copyOf(removed));
    }

    /** All files written. */
    List<Path> written() {
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
