package dev.fundir.hub;

import dev.fundir.hub.HubException.Reason;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.Set;

/**
 * Where a file is to be had. The Hub leads to another host, which is remembered: it need not be asked for each part.
 * When that address is good no more, it is asked again. Safe for many threads.
 */
final class FileAddress {
    /** What an address answers that was good for some time only. */
    private static final Set<Integer> EXPIRED = Set.of(401, 403, 404, 410);

    private static final int NO_SUCH_RANGE = 416;

    private final DownloadContext context;
    private final RemoteFile file;
    private final URI atHub;
    private volatile URI found;

    FileAddress(DownloadContext context, RemoteFile file) {
        this.context = context;
        this.file = file;
        this.atHub = context.address(file);
        this.found = atHub;
    }

    /**
     * Asks for the file.
     *
     * @param range for the header of that name; empty for all of the file
     * @return the answer, of the file that is listed; has to be closed
     */
    Response send(Optional<String> range) throws IOException {
        URI at = found;
        Response response;
        try {
            response = send(at, range);
        } catch (HubException e) {
            boolean isExpired =
                    e.status().isPresent() && EXPIRED.contains(e.status().getAsInt());
            if (!isExpired || at.equals(atHub)) {
                throw e;
            }
            response = send(atHub, range);
        }
        try {
            requireSame(response, range);
        } catch (HubException e) {
            response.close();
            throw e;
        }
        found = response.uri();
        return response;
    }

    private Response send(URI at, Optional<String> range) throws IOException {
        Request request =
                Request.get(at, Request.Subject.of(context.id(), file.path())).accepting(NO_SUCH_RANGE);
        return context.transport().send(range.isPresent() ? request.header("Range", range.get()) : request);
    }

    /** What the Hub says with the file has to be what it said in the list of files. */
    private void requireSame(Response response, Optional<String> range) throws HubException {
        if (response.status() == NO_SUCH_RANGE) {
            throw mismatch("the server has no " + range.orElse("range"));
        }
        Optional<String> commit = response.first().firstValue("X-Repo-Commit");
        if (commit.isPresent() && !commit.get().equals(context.commit())) {
            throw mismatch("the Hub sends it of another commit than " + context.commit());
        }
        Optional<String> size = response.first().firstValue("X-Linked-Size");
        if (size.isPresent() && !size.get().equals(Long.toString(file.size()))) {
            throw mismatch("the Hub says that it has " + size.get() + " bytes");
        }
    }

    /** What is sent is not what was listed. */
    HubException mismatch(String found) {
        return new HubException(
                Reason.MISMATCH,
                context.what(file) + ": " + found + ", but by the list of files it has " + file.size()
                        + "; nothing of it is visible. Try again; if it stays so, tell its owner");
    }
}
