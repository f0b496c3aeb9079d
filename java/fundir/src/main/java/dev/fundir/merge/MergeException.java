package dev.fundir.merge;

import dev.fundir.internal.Listing;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A merge that cannot be done with these inputs. It lists everything that is wrong, not only the first thing, and is
 * thrown before any output is written, but for what only shows while merging: {@link Kind#CONTENT}, and values that
 * differ.
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
        /** An input that cannot be opened; the exceptions that say why are suppressed ones of this one. */
        INPUT,
        /** Tensors that some of the inputs lack; see {@link Missing}. */
        NAMES,
        /** Tensors that the base lacks, or of which there are too few, where {@link Missing#AVAILABLE} is asked for. */
        TOO_FEW,
        /** Shapes that differ. */
        SHAPE,
        /** A dtype that the output cannot have. */
        DTYPE,
        /** Tensors that cannot be averaged and whose dtypes or values differ; see {@link NonFloat}. */
        NON_FLOAT,
        /** The output has a place where it cannot go. */
        OUTPUT,
        /** The output exists, and was not to be replaced. */
        OUTPUT_EXISTS,
        /** What a tensor holds, found while merging: directions that cancel out. */
        CONTENT
    }

    /** A sentence each. */
    private final String[] problems;

    /** What they are about. */
    private final EnumSet<Kind> kinds;

    /** The tensors that the sentences are about. */
    private final String[] tensors;

    MergeException(List<String> problems, Collection<Kind> kinds) {
        this(problems, kinds, List.of());
    }

    MergeException(List<String> problems, Collection<Kind> kinds, List<String> tensors) {
        super(Listing.ofProblems(problems));
        this.problems = problems.toArray(String[]::new);
        this.kinds = EnumSet.copyOf(kinds);
        this.tensors = tensors.toArray(String[]::new);
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
     * The tensors that the inputs lack, or that cannot be merged. A sentence shows only the first few of many; these
     * are all.
     *
     * @return their names, each once; none where no problem is about tensors
     */
    public List<String> tensors() {
        return List.of(tensors);
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
