package dev.fundir.hub;

import java.net.URI;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * What the files of a download have in common.
 *
 * @param transport sends the requests
 * @param id the model
 * @param commit the commit that is downloaded
 * @param chunk bytes that one request asks for at most
 * @param connections runs what reads answers, as many at once as there may be connections
 * @param width how many of these a file may take at once
 * @param meter counts
 * @param notices what the user is told; called by any thread
 */
record DownloadContext(
        Transport transport,
        ModelId id,
        String commit,
        int chunk,
        Executor connections,
        int width,
        DownloadMeter meter,
        Consumer<String> notices) {
    /** Names a file in messages. */
    String what(RemoteFile file) {
        return Request.Subject.of(id, file.path()).what();
    }

    /** Where the Hub has a file, or says where it is. */
    URI address(RemoteFile file) {
        return transport.at(
                "/" + RemotePath.quoted(id.name()) + "/resolve/" + commit + "/" + RemotePath.quoted(file.path()));
    }
}
