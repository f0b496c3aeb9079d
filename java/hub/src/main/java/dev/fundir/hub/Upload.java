package dev.fundir.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An upload: files and folders that become one commit of a model. Immutable, safe for many threads.
 *
 * <pre>{@code
 * Commit commit = hub.upload(ModelId.of("org/merged"))
 *         .folder(Path.of("merged"))
 *         .message("TIES of a and b")
 *         .run(TransferListener.none());
 * }</pre>
 *
 * <p>The model is made if it does not exist. What the Hub has already is not sent again: large files by their hash,
 * whatever model they are in; small ones when they are unchanged. Large files go in parts where the Hub wants that, and
 * a part that breaks off is sent again alone. Nothing of an upload shows before the commit, so one that fails leaves
 * the model as it was. A file that is changed while it is sent is an error.
 */
public final class Upload {
    private static final int USUAL_THREADS = 5;

    private final Transport transport;
    private final ModelId id;
    private final List<Source> sources;
    private final Options options;

    /** A file, or a folder with all in it, and where it goes. */
    record Source(Path local, String path, boolean isFolder) {}

    /** How it is done. */
    record Options(
            boolean isPrivate,
            String message,
            String description,
            Optional<String> parent,
            boolean isPullRequest,
            int threads) {}

    private Upload(Transport transport, ModelId id, List<Source> sources, Options options) {
        this.transport = transport;
        this.id = id;
        this.sources = sources;
        this.options = options;
    }

    static Upload of(Transport transport, ModelId id) {
        Options usual = new Options(false, "Upload with fundir", "", Optional.empty(), false, USUAL_THREADS);
        return new Upload(transport, id, List.of(), usual);
    }

    /**
     * Adds a file.
     *
     * @param local where it is; a symbolic link is followed
     * @param pathInModel where it goes, with {@code /} between its parts
     * @return a new upload
     * @throws IllegalArgumentException when no file of a model can be called so
     */
    public Upload file(Path local, String pathInModel) {
        return with(new Source(Objects.requireNonNull(local), UploadPaths.checked(pathInModel), false));
    }

    /**
     * Adds all files of a folder, in folders inside it too, but for what git and caches keep there ({@code .git},
     * {@code .cache}) and what a {@code .gitignore} excludes by the Hub's judgement.
     *
     * @param local the folder; symbolic links in it are followed
     * @return a new upload
     */
    public Upload folder(Path local) {
        return with(new Source(Objects.requireNonNull(local), "", true));
    }

    /**
     * Adds all files of a folder, to a folder of the model.
     *
     * @param local the folder
     * @param pathInModel the folder they go to, with {@code /} between its parts
     * @return a new upload
     * @throws IllegalArgumentException when no folder of a model can be called so
     */
    public Upload folder(Path local, String pathInModel) {
        return with(new Source(Objects.requireNonNull(local), UploadPaths.checked(pathInModel) + "/", true));
    }

    /**
     * Makes the model private, if it has yet to be made; one that exists stays as it is.
     *
     * @return a new upload
     */
    public Upload privateModel() {
        return with(new Options(
                true, options.message, options.description, options.parent, options.isPullRequest, options.threads));
    }

    /**
     * Sets the commit's message.
     *
     * @param summary one line
     * @return a new upload
     * @throws IllegalArgumentException when it is blank
     */
    public Upload message(String summary) {
        if (summary.isBlank()) {
            throw new IllegalArgumentException("the commit's message is blank: say what is uploaded");
        }
        return with(new Options(
                options.isPrivate,
                summary,
                options.description,
                options.parent,
                options.isPullRequest,
                options.threads));
    }

    /**
     * Sets what is said below the commit's message.
     *
     * @param text any text
     * @return a new upload
     */
    public Upload description(String text) {
        return with(new Options(
                options.isPrivate,
                options.message,
                Objects.requireNonNull(text),
                options.parent,
                options.isPullRequest,
                options.threads));
    }

    /**
     * Commits only if the branch still is at this commit.
     *
     * @param oid the hash of the commit
     * @return a new upload
     */
    public Upload parent(String oid) {
        return with(new Options(
                options.isPrivate,
                options.message,
                options.description,
                Optional.of(oid),
                options.isPullRequest,
                options.threads));
    }

    /**
     * Opens a pull request instead of committing to the branch.
     *
     * @return a new upload
     */
    public Upload pullRequest() {
        return with(new Options(
                options.isPrivate, options.message, options.description, options.parent, true, options.threads));
    }

    /**
     * Sets how many files, or parts of files, are sent at a time.
     *
     * @param count 1 or more; 5 by default
     * @return a new upload
     * @throws IllegalArgumentException when it is less than 1
     */
    public Upload threads(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("an upload with " + count + " threads: expected 1 or more");
        }
        return with(new Options(
                options.isPrivate, options.message, options.description, options.parent, options.isPullRequest, count));
    }

    /**
     * Uploads.
     *
     * @param listener hears how far it is
     * @return the commit
     * @throws HubException when the Hub refuses, cannot be reached, or answers what it should not
     * @throws java.nio.file.NoSuchFileException when a file or folder is not there
     * @throws IOException when a file cannot be read, or is changed meanwhile
     * @throws IllegalArgumentException when there is no file to upload, or two have the same place in the model
     * @throws java.util.concurrent.CancellationException when the thread is interrupted; it stays so
     */
    public Commit run(TransferListener listener) throws IOException {
        return new UploadRun(transport, id, options, Objects.requireNonNull(listener)).run(UploadPaths.files(sources));
    }

    private Upload with(Source source) {
        List<Source> more = new ArrayList<>(sources);
        more.add(source);
        return new Upload(transport, id, List.copyOf(more), options);
    }

    private Upload with(Options other) {
        return new Upload(transport, id, sources, other);
    }
}
