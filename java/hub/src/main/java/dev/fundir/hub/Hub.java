package dev.fundir.hub;

import dev.fundir.Checkpoint;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The Hub, seen by one user. Immutable, safe for many threads; it holds no connection that would have to be closed.
 *
 * <pre>{@code
 * Hub hub = Hub.ofEnvironment();
 * for (RemoteFile file : hub.files(ModelId.of("org/model"))) {
 *     System.out.println(file.path() + " " + file.size());
 * }
 * }</pre>
 *
 * <p>Every method that sends requests throws {@link HubException} when the Hub refuses, cannot be reached, or answers
 * what it should not, and {@link java.util.concurrent.CancellationException} when the calling thread is interrupted,
 * which it then still is. Requests that fail for the moment are tried again, after the time that the Hub asks for.
 */
public final class Hub {
    private final HubSettings settings;
    private final Transport transport;

    private Hub(HubSettings settings) {
        this(settings, new Transport(settings));
    }

    /** A Hub for tests, whose waits are shorter. */
    Hub(HubSettings settings, Transport transport) {
        this.settings = settings;
        this.transport = transport;
    }

    /**
     * The Hub as the environment says, by the variables of the Python tools: {@code HF_ENDPOINT}, {@code HF_TOKEN} and
     * the token that {@code hf auth login} has saved, {@code HF_HOME}, {@code HF_HUB_CACHE}, {@code HF_HUB_OFFLINE},
     * {@code HF_HUB_ETAG_TIMEOUT}, {@code HF_HUB_DOWNLOAD_TIMEOUT}.
     *
     * @return the Hub
     * @throws IOException when the file with the token is there and cannot be read
     * @throws IllegalArgumentException when a variable has a value that cannot be used
     */
    public static Hub ofEnvironment() throws IOException {
        return builder().build();
    }

    /**
     * A Hub with settings of its own.
     *
     * @return a builder; what it is not told is as the environment says
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Where it is.
     *
     * @return the address without a slash at its end
     */
    public URI endpoint() {
        return settings.endpoint();
    }

    /**
     * The folder that models are cached in.
     *
     * @return the path; it need not exist yet
     */
    public Path cacheFolder() {
        return settings.cache();
    }

    /**
     * Whether no request is sent, and only what is cached is used.
     *
     * @return true in offline mode
     */
    public boolean isOffline() {
        return settings.offline();
    }

    /**
     * Whether requests say who the user is.
     *
     * @return true when there is a token
     */
    public boolean hasToken() {
        return settings.token().isPresent();
    }

    /**
     * What the Hub says of a model.
     *
     * @param id the model
     * @return its info at the revision
     * @throws IOException as this class says
     */
    public ModelInfo info(ModelId id) throws IOException {
        return ModelPages.info(transport, Objects.requireNonNull(id));
    }

    /**
     * All files of a model.
     *
     * @param id the model
     * @return the files at the revision, in the Hub's order, those in folders included
     * @throws IOException as this class says
     */
    public List<RemoteFile> files(ModelId id) throws IOException {
        return ModelPages.files(transport, Objects.requireNonNull(id));
    }

    /**
     * The headers of a model's safetensors files, without the tensors: about 100 KB of each file are moved, more only
     * where a header is longer. The files are those of the shard index, or {@code model.safetensors}, or the only one
     * there is.
     *
     * @param id the model
     * @return what the headers say, all of one commit
     * @throws dev.fundir.CheckpointFormatException when a file is no safetensors file, or index and files disagree
     * @throws IOException as this class says; {@link HubException.Reason#ENTRY} for a model without safetensors files
     */
    public RemoteCheckpoint header(ModelId id) throws IOException {
        return RemoteHeaders.read(transport, Objects.requireNonNull(id));
    }

    /**
     * Prepares an upload.
     *
     * @param id the model, at the branch that is committed to
     * @return an upload that has no files yet
     */
    public Upload upload(ModelId id) {
        return Upload.of(transport, Objects.requireNonNull(id));
    }

    /**
     * A download of a model, which has still to be run.
     *
     * @param id the model
     * @return the download of its usual files into the cache
     */
    public Download download(ModelId id) {
        return new Download(this, Objects.requireNonNull(id));
    }

    /**
     * Opens a model, which is downloaded where it is not cached.
     *
     * @param id the model
     * @return its tensors, to be closed
     * @throws IOException as this class says, and as {@link Checkpoint#open(Path)} does
     */
    public Checkpoint checkpoint(ModelId id) throws IOException {
        return Checkpoint.open(download(id).run());
    }

    /** What sends the requests. */
    Transport transport() {
        return transport;
    }

    /**
     * The endpoint and whether there is a token, which is not shown.
     *
     * @return such as {@code https://huggingface.co, with a token}
     */
    @Override
    public String toString() {
        return settings.endpoint() + (hasToken() ? ", with a token" : "") + (isOffline() ? ", offline" : "");
    }

    /** Settings of a {@link Hub}. Not safe for many threads. */
    public static final class Builder {
        private URI endpoint;
        private Optional<Token> token;
        private Path cache;
        private Boolean offline;
        private Duration answerTimeout;
        private Duration downloadTimeout;

        private Builder() {}

        /**
         * Sets where the Hub is.
         *
         * @param uri of a Hub that speaks the protocol of huggingface.co
         * @return this builder
         */
        public Builder endpoint(URI uri) {
            endpoint = Objects.requireNonNull(uri);
            return this;
        }

        /**
         * Sets who the user is. It goes to the endpoint's own host only, and is never shown.
         *
         * @param text an access token
         * @return this builder
         * @throws IllegalArgumentException when it is empty or cannot be a token; the message does not show it
         */
        public Builder token(String text) {
            Optional<Token> given = Token.of(text);
            if (given.isEmpty()) {
                throw new IllegalArgumentException("the token is empty; noToken() sends requests without one");
            }
            token = given;
            return this;
        }

        /**
         * Sends no token, whatever the environment has.
         *
         * @return this builder
         */
        public Builder noToken() {
            token = Optional.empty();
            return this;
        }

        /**
         * Sets the folder that models are cached in.
         *
         * @param folder as the Python tools lay it out; made when it is needed
         * @return this builder
         */
        public Builder cacheFolder(Path folder) {
            cache = Objects.requireNonNull(folder);
            return this;
        }

        /**
         * Sets whether to send no requests.
         *
         * @param isOffline true for using only what is cached
         * @return this builder
         */
        public Builder offline(boolean isOffline) {
            offline = isOffline;
            return this;
        }

        /**
         * Sets how long to wait for an answer to begin.
         *
         * @param time more than zero
         * @return this builder
         */
        public Builder answerTimeout(Duration time) {
            answerTimeout = positive(time);
            return this;
        }

        /**
         * Sets how long to wait for the next bytes of an answer that has begun.
         *
         * @param time more than zero
         * @return this builder
         */
        public Builder downloadTimeout(Duration time) {
            downloadTimeout = positive(time);
            return this;
        }

        private static Duration positive(Duration time) {
            if (time.isNegative() || time.isZero()) {
                throw new IllegalArgumentException("a time to wait of " + time + ": expected more than zero");
            }
            return time;
        }

        /**
         * Makes the Hub. Sends nothing.
         *
         * @return the Hub
         * @throws IOException when the file with the token is there and cannot be read
         * @throws IllegalArgumentException when a setting cannot be used
         */
        public Hub build() throws IOException {
            return new Hub(settings(HubSettings.ofEnvironment()));
        }

        private HubSettings settings(HubSettings usual) {
            return new HubSettings(
                    Objects.requireNonNullElse(endpoint, usual.endpoint()),
                    token == null ? usual.token() : token,
                    Objects.requireNonNullElse(cache, usual.cache()),
                    Objects.requireNonNullElse(offline, usual.offline()),
                    Objects.requireNonNullElse(answerTimeout, usual.answerTimeout()),
                    Objects.requireNonNullElse(downloadTimeout, usual.downloadTimeout()));
        }
    }
}
