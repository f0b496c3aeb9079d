package dev.fundir.internal.recipe;

import dev.fundir.internal.document.Node;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The members of a map.
 *
 * @param known those whose keys are known, each with the place of its key
 * @param meant keys that are not there, but that a key which is not known is near to: reporting that they are missing
 *     would report one mistake twice
 */
record Members(Map<String, Located<Node>> known, Set<String> meant) {
    /** The value of a key. */
    Optional<Node> get(String key) {
        return Optional.ofNullable(known.get(key)).map(Located::value);
    }

    /** Whether a key is there or is meant. */
    boolean mentions(String key) {
        return known.containsKey(key) || meant.contains(key);
    }
}
