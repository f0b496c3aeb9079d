package dev.fundir.hub;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CancellationException;
import javax.net.ssl.SSLException;

/** What went wrong before an answer came, in words. */
final class Failures {
    private Failures() {}

    /** What a request is cancelled with; the thread stays interrupted. */
    static CancellationException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        CancellationException cancelled = new CancellationException("the transfer was interrupted");
        cancelled.initCause(e);
        return cancelled;
    }

    /** What a failure comes from, shortly. */
    static String cause(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof UnresolvedAddressException || at instanceof UnknownHostException) {
                return "the name of the host is not known";
            }
        }
        if (failure instanceof HttpTimeoutException) {
            return "no answer in time";
        }
        if (failure instanceof SSLException) {
            return "no secure connection (" + failure.getMessage() + ")";
        }
        if (failure instanceof ConnectException && failure.getMessage() == null) {
            return "no connection";
        }
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    /** Whether the request cannot have reached anyone. */
    static boolean isBeforeSending(Throwable failure) {
        return failure instanceof ConnectException || failure instanceof java.net.http.HttpConnectTimeoutException;
    }
}
