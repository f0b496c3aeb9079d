package dev.fundir.cli;

import dev.fundir.hub.ModelId;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.TypeConversionException;

/**
 * A model as it is typed: a path of this machine, or {@code hf://org/name[@revision]} on the Hub. A path alone would
 * lose one of the two slashes.
 *
 * @param typed as it was typed
 */
record ModelPath(String typed) {
    ModelPath {
        Object unused = typed.startsWith(ModelId.SCHEME) ? ModelId.parse(typed) : Path.of(typed);
    }

    /** Refuses what is neither. */
    static ModelPath parse(String typed) {
        try {
            return new ModelPath(typed);
        } catch (InvalidPathException e) {
            throw new TypeConversionException("'" + typed + "' is no path: " + e.getReason());
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    boolean isRemote() {
        return typed.startsWith(ModelId.SCHEME);
    }

    /** The model on the Hub; empty for a path. */
    Optional<ModelId> id() {
        return isRemote() ? Optional.of(ModelId.parse(typed)) : Optional.empty();
    }

    /** The path of a model that is on this machine. */
    Path path() {
        if (isRemote()) {
            throw new IllegalStateException(typed + " is not on this machine");
        }
        return Path.of(typed);
    }

    @Override
    public String toString() {
        return typed;
    }
}
