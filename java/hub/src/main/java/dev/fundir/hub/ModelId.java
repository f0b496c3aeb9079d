package dev.fundir.hub;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A model on the Hub, at a revision. Immutable, safe for many threads.
 *
 * @param name {@code organization/name}, or {@code name} alone for the few models that have no owner
 * @param revision a branch, a tag, a commit's hash, or {@code refs/pr/N}
 */
public record ModelId(String name, String revision) {
    /** The branch that is meant where none is named. */
    public static final String MAIN = "main";

    /** What marks a name as one of the Hub, where paths of files could stand too. */
    public static final String SCHEME = "hf://";

    private static final int LONGEST = 96;

    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?");

    /** Revisions are names of git: no white space, nothing that git gives a meaning. */
    private static final Pattern REVISION = Pattern.compile("[^\\x00-\\x20\\x7F~^:?*\\[\\\\@#%]+");

    /**
     * A model at a revision.
     *
     * @param name {@code organization/name}, or {@code name}
     * @param revision a branch, a tag, a commit's hash, or {@code refs/pr/N}
     * @throws IllegalArgumentException when the Hub has no models of such names, or git no such revisions
     */
    public ModelId {
        Objects.requireNonNull(name);
        Objects.requireNonNull(revision);
        requireName(name);
        requireRevision(name, revision);
    }

    /**
     * A model at its main branch.
     *
     * @param name {@code organization/name}, or {@code name}
     * @return the id
     * @throws IllegalArgumentException when the Hub has no models of such names
     */
    public static ModelId of(String name) {
        return new ModelId(name, MAIN);
    }

    /**
     * Reads an id as users write it.
     *
     * @param text {@code organization/name} or {@code organization/name@revision}, with or without {@code hf://} before
     *     it
     * @return the id; without a revision, at the main branch
     * @throws IllegalArgumentException when it is not such a text
     */
    public static ModelId parse(String text) {
        String rest = text.startsWith(SCHEME) ? text.substring(SCHEME.length()) : text;
        int at = rest.indexOf('@');
        return at < 0 ? of(rest) : new ModelId(rest.substring(0, at), rest.substring(at + 1));
    }

    /**
     * Whether a text means a model of the Hub, and nothing else.
     *
     * @param text what a user wrote where paths are possible too
     * @return true when it begins with {@code hf://}
     */
    public static boolean isMarked(String text) {
        return text.startsWith(SCHEME);
    }

    /**
     * The same model at another revision.
     *
     * @param other a branch, a tag, or a commit's hash
     * @return the id
     * @throws IllegalArgumentException when git has no such revisions
     */
    public ModelId at(String other) {
        return new ModelId(name, other);
    }

    private static void requireName(String name) {
        String[] parts = name.split("/", -1);
        boolean valid = parts.length <= 2 && name.length() <= LONGEST && !name.contains("--") && !name.contains("..");
        for (String part : parts) {
            valid &= PART.matcher(part).matches();
        }
        if (!valid || name.endsWith(".git") || name.endsWith(".ipynb")) {
            throw new IllegalArgumentException("not the name of a model on the Hub: \"" + name
                    + "\"; expected organization/name of up to " + LONGEST
                    + " letters, digits, '-', '_' and '.', with no '-' or '.' first or last, and no '--' or '..'");
        }
    }

    private static void requireRevision(String name, String revision) {
        boolean valid = REVISION.matcher(revision).matches()
                && !revision.contains("..")
                && !revision.contains("//")
                && !revision.startsWith("/")
                && !revision.endsWith("/")
                && !revision.startsWith("-");
        if (!valid) {
            throw new IllegalArgumentException("not a revision of " + name + ": \"" + revision
                    + "\"; expected a branch, a tag, a commit's hash, or refs/pr/N");
        }
    }

    /**
     * As users write it.
     *
     * @return {@code organization/name}, and {@code @revision} unless it is the main branch
     */
    @Override
    public String toString() {
        return revision.equals(MAIN) ? name : name + "@" + revision;
    }
}
