package dev.fundir.merge;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Finds the models that recipes name by something else than a path, such as {@code hf://org/name@revision}. Called once
 * for each name, also for one that it does not find, on the thread that plans.
 */
@FunctionalInterface
public interface ModelResolver {
    /**
     * Brings a model to a place where it can be opened.
     *
     * @param reference the name as it is in the recipe
     * @return a file, folder or index file
     * @throws IOException if it cannot be had; the message becomes a problem of the recipe
     */
    Path resolve(String reference) throws IOException;

    /**
     * Knows no model.
     *
     * @return a resolver that refuses every name and says what to do instead
     */
    static ModelResolver none() {
        return reference -> {
            throw new IOException(reference
                    + " is a model of the Hub, which nothing here fetches: download it and name its" + " folder");
        };
    }
}
