package dev.fundir.hub;

import java.io.IOException;
import java.io.Serial;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/** What the Hub refuses, or what goes wrong between it and us. The message says what to do; it never has the token. */
public final class HubException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    /** What is wrong. */
    public enum Reason {
        /** There is no such model, or it is private and the token may not see it. */
        NOT_FOUND,
        /** The model has no such branch, tag or commit. */
        REVISION,
        /** The model has no such file at this revision. */
        ENTRY,
        /** The owner wants to be asked for access first. */
        GATED,
        /** The Hub has taken the model down. */
        DISABLED,
        /** The Hub does not accept the token. */
        TOKEN,
        /** This takes a token, and there is none. */
        NO_TOKEN,
        /** The token may not do this: it can only read, or not write there. */
        FORBIDDEN,
        /** Offline mode is on, and this takes a request. */
        OFFLINE,
        /** Too many requests, also after waiting as the Hub asked. */
        RATE_LIMIT,
        /** The Hub cannot be reached, or the connection broke more often than is tried again. */
        NETWORK,
        /** No byte came for as long as is waited. */
        STALLED,
        /** The Hub failed, or answered what it should not. */
        SERVER,
        /** The request is refused as it is; the message has the Hub's words. */
        REFUSED,
        /** What is there has changed meanwhile: another commit was faster, or a file is no longer what it was. */
        CONFLICT,
        /** A file has not the size or the hash that the Hub says. */
        MISMATCH,
        /** A name could lead out of the folder that files are put in. */
        UNSAFE_NAME
    }

    /** What is wrong. */
    private final Reason reason;

    /** The status of the answer, or 0. */
    private final int status;

    /** The request's id, or null. */
    private final String requestId;

    /**
     * An error without an answer of the Hub.
     *
     * @param reason what is wrong
     * @param sentence what was found, what was expected, what to do
     */
    public HubException(Reason reason, String sentence) {
        this(reason, sentence, 0, null, null);
    }

    /**
     * An error with a cause.
     *
     * @param reason what is wrong
     * @param sentence what was found, what was expected, what to do
     * @param cause what it comes from
     */
    public HubException(Reason reason, String sentence, Throwable cause) {
        this(reason, sentence, 0, null, cause);
    }

    HubException(Reason reason, String sentence, int status, String requestId, Throwable cause) {
        super(requestId == null ? sentence : sentence + " (request " + requestId + ")", cause);
        this.reason = Objects.requireNonNull(reason);
        this.status = status;
        this.requestId = requestId;
    }

    /**
     * What is wrong.
     *
     * @return never null
     */
    public Reason reason() {
        return reason;
    }

    /**
     * The HTTP status of the answer.
     *
     * @return empty when there was no answer
     */
    public OptionalInt status() {
        return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
    }

    /**
     * By what the Hub's owners find the request.
     *
     * @return the answer's {@code x-request-id}
     */
    public Optional<String> requestId() {
        return Optional.ofNullable(requestId);
    }
}
