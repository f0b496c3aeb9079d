package dev.fundir.merge;

import dev.fundir.Checkpoint;
import dev.fundir.CheckpointFile;
import dev.fundir.Tensor;
import dev.fundir.internal.Utf8;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The open checkpoints of a merge, the base first. Closing closes them; tensors that were found keep their data. */
final class Inputs implements AutoCloseable {
    private final List<Checkpoint> checkpoints;

    /** A tensor, and the place of its checkpoint among the inputs. */
    record Found(int input, Tensor tensor) {}

    private Inputs(List<Checkpoint> checkpoints) {
        this.checkpoints = checkpoints;
    }

    /** Opens all of them, or none. */
    static Inputs open(List<Path> paths) throws IOException {
        List<Checkpoint> opened = new ArrayList<>();
        try {
            for (Path path : paths) {
                opened.add(Checkpoint.open(path));
            }
            return new Inputs(opened);
        } catch (IOException | RuntimeException e) {
            opened.forEach(Checkpoint::close);
            throw e;
        }
    }

    int count() {
        return checkpoints.size();
    }

    Checkpoint get(int input) {
        return checkpoints.get(input);
    }

    /** What messages call an input: the path by which it was opened. */
    String nameOf(int input) {
        return checkpoints.get(input).path().toString();
    }

    /** Every file, once. */
    Set<CheckpointFile> files() {
        Set<CheckpointFile> files = new LinkedHashSet<>();
        checkpoints.forEach(checkpoint -> files.addAll(checkpoint.files()));
        return files;
    }

    /** The names of all tensors that any input has, bytewise ordered. */
    List<String> names() {
        List<String> names = new ArrayList<>(checkpoints.get(0).names());
        Set<String> known = new HashSet<>(names);
        for (Checkpoint checkpoint : checkpoints.subList(1, checkpoints.size())) {
            for (String name : checkpoint.names()) {
                if (known.add(name)) {
                    names.add(name);
                }
            }
        }
        if (names.size() > checkpoints.get(0).tensorCount()) {
            names.sort(Utf8.ORDER);
        }
        return names;
    }

    /** The tensors of this name, in the order of the inputs; at least one for a name that an input has. */
    List<Found> find(String name) {
        List<Found> found = new ArrayList<>(checkpoints.size());
        for (int i = 0; i < checkpoints.size(); i++) {
            int input = i;
            checkpoints.get(i).find(name).ifPresent(tensor -> found.add(new Found(input, tensor)));
        }
        return found;
    }

    @Override
    public void close() {
        checkpoints.forEach(Checkpoint::close);
    }
}
