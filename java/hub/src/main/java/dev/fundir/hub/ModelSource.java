package dev.fundir.hub;

import dev.fundir.hub.HubException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Which files a revision has: as the Hub says, or as it said before when it cannot be reached.
 *
 * @param listing the commit and its files
 * @param absence why the Hub could not be asked; empty when it was, and files can be had from it
 */
record ModelSource(ModelListing listing, Optional<HubException> absence) {
    /** With these the Hub is not there at the moment; any other says that it is, and refuses. */
    private static final Set<Reason> ABSENT =
            Set.of(Reason.OFFLINE, Reason.NETWORK, Reason.STALLED, Reason.SERVER, Reason.RATE_LIMIT);

    /**
     * Asks.
     *
     * @param memory where listings are kept, besides the cache
     * @throws HubException when the Hub refuses, or cannot be reached and nothing is cached
     */
    static ModelSource find(Transport transport, ModelId id, CachedModel cached, Path memory, Consumer<String> notices)
            throws IOException {
        try {
            String commit = CachedModel.isCommit(id.revision())
                    ? id.revision()
                    : ModelPages.info(transport, id).commit();
            Optional<ModelListing> kept = kept(commit, cached, memory);
            if (kept.isPresent() && !transport.settings().offline()) {
                return new ModelSource(kept.get(), Optional.empty());
            }
            List<RemoteFile> files = ModelPages.files(transport, id.at(commit));
            return new ModelSource(new ModelListing(commit, files), Optional.empty());
        } catch (HubException e) {
            if (!ABSENT.contains(e.reason())) {
                throw e;
            }
            Optional<ModelListing> known = known(cached, memory);
            if (known.isEmpty()) {
                throw notCached(e, id);
            }
            notices.accept(
                    e.reason() == Reason.OFFLINE
                            ? "offline: using what is cached of " + id
                            : "using what is cached of " + id + ", for the Hub cannot be asked: " + e.getMessage());
            return new ModelSource(known.get(), Optional.of(e));
        }
    }

    private static Optional<ModelListing> known(CachedModel cached, Path memory) throws IOException {
        Optional<String> commit = cached.commit();
        if (commit.isEmpty()) {
            return Optional.empty();
        }
        Optional<ModelListing> kept = kept(commit.get(), cached, memory);
        if (kept.isPresent()) {
            return kept;
        }
        List<RemoteFile> shown = cached.shown(commit.get());
        return shown.isEmpty() ? Optional.empty() : Optional.of(new ModelListing(commit.get(), shown));
    }

    private static Optional<ModelListing> kept(String commit, CachedModel cached, Path memory) throws IOException {
        Optional<ModelListing> kept = ModelListing.load(memory, commit);
        return kept.isPresent() ? kept : ModelListing.load(cached.folder(), commit);
    }

    private static HubException notCached(HubException cause, ModelId id) {
        return new HubException(
                cause.reason(), cause.getMessage() + ". Nothing of " + id + " is cached at this revision", cause);
    }
}
