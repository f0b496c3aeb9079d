package dev.fundir.merge;

import dev.fundir.Checkpoint;
import dev.fundir.internal.recipe.LayerName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The inputs of a merge that can be opened, and why the others cannot. Closing closes them. */
final class OpenInputs implements AutoCloseable {
    private final Map<Path, Checkpoint> checkpoints = new LinkedHashMap<>();
    private final Map<Path, IOException> failures = new LinkedHashMap<>();

    private OpenInputs() {}

    /** Opens each once. Reads their headers. */
    static OpenInputs of(Collection<Path> paths) {
        OpenInputs inputs = new OpenInputs();
        try {
            paths.forEach(inputs::open);
        } catch (RuntimeException | Error e) {
            inputs.close();
            throw e;
        }
        return inputs;
    }

    private void open(Path path) {
        if (checkpoints.containsKey(path) || failures.containsKey(path)) {
            return;
        }
        try {
            checkpoints.put(path, Checkpoint.open(path));
        } catch (IOException e) {
            failures.put(path, e);
        }
    }

    /** An input that could be opened. */
    Optional<Checkpoint> find(Path path) {
        return Optional.ofNullable(checkpoints.get(path));
    }

    /** What went wrong, by input. */
    Map<Path, IOException> failures() {
        return failures;
    }

    /** How many layers a checkpoint has: one more than the highest number in its names. */
    static int layerCount(Checkpoint checkpoint) {
        return checkpoint.names().stream()
                .flatMap(name -> LayerName.of(name).stream())
                .mapToInt(name -> name.layer() + 1)
                .max()
                .orElse(0);
    }

    @Override
    public void close() {
        checkpoints.values().forEach(Checkpoint::close);
    }
}
