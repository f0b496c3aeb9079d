package dev.fundir.merge;

import dev.fundir.CheckpointFile;
import dev.fundir.internal.output.OutputPlace;
import dev.fundir.internal.output.OutputPlan;
import dev.fundir.merge.MergeException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/** Finds out whether an output may go where it is to go. */
final class OutputCheck {
    /** Names of files in formats that a merge is not written in, which a folder should not have. */
    private static final Pattern OTHER_FORMAT = Pattern.compile("\\.(json|ya?ml|gguf)$", Pattern.CASE_INSENSITIVE);

    private OutputCheck() {}

    /** Adds what stands in the way. */
    static void check(OutputPlan plan, Collection<CheckpointFile> inputs, boolean overwrite, Problems problems)
            throws IOException {
        if (!placeIsPossible(plan.place(), problems)) {
            return;
        }
        List<String> existing = new ArrayList<>();
        for (Path file : plan.existing()) {
            if (isOneOf(file, inputs)) {
                problems.add(
                        Kind.OUTPUT,
                        file + " is an input of this merge and cannot be its output; choose another place");
            } else {
                existing.add(file.toString());
            }
        }
        if (!existing.isEmpty() && !overwrite) {
            problems.add(
                    Kind.OUTPUT_EXISTS,
                    Problems.list(existing) + (existing.size() == 1 ? " exists" : " exist")
                            + " and is not to be replaced");
        }
    }

    private static boolean placeIsPossible(OutputPlace place, Problems problems) {
        String hindrance = hindrance(place);
        if (hindrance != null) {
            problems.add(Kind.OUTPUT, hindrance);
        }
        return hindrance == null;
    }

    /** Why nothing can be written to a place, or null when it seems possible. */
    private static String hindrance(OutputPlace place) {
        Path path = place.path();
        if (path.toString().isEmpty()) {
            return "the output has no name; it is a folder, or a file whose name ends in .safetensors";
        }
        if (OTHER_FORMAT.matcher(path.toString()).find()) {
            return "a merge cannot be written as " + path
                    + " is named: an output is a folder, or a file whose name ends in .safetensors";
        }
        if (place.isFolder() && Files.exists(path) && !Files.isDirectory(path)) {
            return path + " is a file; an output is a folder, or a file whose name ends in .safetensors";
        }
        if (!place.isFolder() && Files.isDirectory(path)) {
            return path + " is a folder, but its name is that of a file; choose another name";
        }
        if (!place.isFolder() && !Files.isDirectory(place.folder())) {
            return "the folder " + place.folder() + " for the output does not exist; make it first";
        }
        if (Files.exists(place.folder()) && !Files.isWritable(place.folder())) {
            return "the folder " + place.folder() + " for the output cannot be written to";
        }
        return null;
    }

    private static boolean isOneOf(Path file, Collection<CheckpointFile> inputs) throws IOException {
        for (CheckpointFile input : inputs) {
            if (Files.isSameFile(file, input.path())) {
                return true;
            }
        }
        return false;
    }
}
