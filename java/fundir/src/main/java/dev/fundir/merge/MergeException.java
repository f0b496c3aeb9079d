package dev.fundir.merge;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A merge that cannot be done with these inputs. It lists everything that is wrong, not only the first thing, and is
 * thrown before any output is written, but for {@link Kind#CONTENT}.
 */
public final class MergeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What a problem is about. */
    public enum Kind {
        /** A recipe; the sentences begin with the file and the place in it, {@code merge.yml:12:5}. */
        RECIPE,
        /** The name of the method. */
        METHOD,
        /** A parameter: unknown, missing, or out of its range. */
        PARAMETER,
        /** How many models there are, or the base. */
        MODELS,
        /** Tensors that some of the inputs lack; see {@link Missing}. */
        NAMES,
        /** Shapes that differ. */
        SHAPE,
        /** Dtypes that cannot be merged with each other. */
        DTYPE,
        /** The output has a place where it cannot go. */
        OUTPUT,
        /** The output exists, and was not to be replaced. */
        OUTPUT_EXISTS,
        /**
         * What a tensor holds, found while merging: values that differ where they must not, weights that cancel out.
         */
        CONTENT
    }

    /** A sentence each. */
    private final String[] problems;

    /** What they are about. */
    private final EnumSet<Kind> kinds;

    MergeException(List<String> problems, Collection<Kind> kinds) {
        super(describe(problems));
        this.problems = problems.toArray(String[]::new);
        this.kinds = EnumSet.copyOf(kinds);
    }

    private static String describe(List<String> problems) {
        return problems.size() == 1
                ? problems.get(0)
                : problems.size() + " problems:"
                        + problems.stream().map(problem -> "\n- " + problem).collect(Collectors.joining());
    }

    /**
     * Everything that is wrong, a sentence each.
     *
     * @return at least one
     */
    public List<String> problems() {
        return List.of(problems);
    }

    /**
     * What the problems are about.
     *
     * @return at least one
     */
    public Set<Kind> kinds() {
        return Collections.unmodifiableSet(kinds);
    }
}
