package dev.fundir.hub;

import dev.fundir.hub.HubException.Reason;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Does an upload: makes the model, asks how files are wanted, sends the large ones, and commits. */
final class UploadRun {
    private static final int EXISTS = 409;

    /** A commit of many files takes the Hub so many times longer than an ordinary answer. */
    private static final int COMMIT_TAKES = 30;

    private final Transport transport;
    private final ModelId id;
    private final Upload.Options options;
    private final TransferListener listener;

    UploadRun(Transport transport, ModelId id, Upload.Options options, TransferListener listener) {
        this.transport = transport;
        this.id = id;
        this.options = options;
        this.listener = listener;
    }

    /** A file that is to be committed; without a hash of Git LFS, by git itself. */
    private record Ready(UploadPlan.Planned planned, String hash, boolean isUnchanged) {
        UploadFile file() {
            return planned.file();
        }
    }

    Commit run(List<UploadFile> files) throws IOException {
        createModel();
        List<UploadPlan.Planned> planned = UploadPlan.of(transport, id, options.isPullRequest(), files);
        UploadMeter meter =
                new UploadMeter(planned.stream().map(UploadPlan.Planned::file).toList());
        Runnable tick = () -> listener.progress(meter.progress());
        List<Ready> ready = Workers.run(planned, options.threads(), UploadRun::hashed, tick);
        List<Ready> changed = ready.stream().filter(each -> !each.isUnchanged).toList();
        ready.stream().filter(each -> each.isUnchanged).forEach(each -> meter.reused(each.file()));
        if (changed.isEmpty()) {
            tick.run();
            return nothingToDo();
        }
        List<LargeUpload.Hashed> large = changed.stream()
                .filter(each -> each.planned.isLarge())
                .map(each -> new LargeUpload.Hashed(each.file(), each.hash))
                .toList();
        new LargeUpload(transport, id, meter, options.threads(), tick).send(large);
        Commit commit = commit(changed);
        changed.stream().filter(each -> !each.planned.isLarge()).forEach(each -> meter.sent(each.file()));
        tick.run();
        return commit;
    }

    private static Ready hashed(UploadPlan.Planned planned) throws IOException {
        UploadFile file = planned.file();
        if (planned.isLarge()) {
            String sha256 = file.sha256();
            return new Ready(planned, sha256, planned.remoteOid().equals(Optional.of(sha256)));
        }
        // The hash of a small file is only needed to see whether there is anything to do.
        boolean isUnchanged =
                planned.remoteOid().isPresent() && planned.remoteOid().get().equals(file.gitOid());
        return new Ready(planned, "", isUnchanged);
    }

    /** Makes the model. One that is there is as good; and who may not make it may still have a pull request in mind. */
    private void createModel() throws IOException {
        int slash = id.name().indexOf('/');
        byte[] wish = JsonText.object(json -> {
            json.writeStringField("name", id.name().substring(slash + 1));
            if (slash >= 0) {
                json.writeStringField("organization", id.name().substring(0, slash));
            }
            json.writeStringField("type", "model");
            if (options.isPrivate()) {
                json.writeStringField("visibility", "private");
            }
        });
        Request request = Request.post(
                        transport.at("/api/repos/create"), wish, Request.Subject.of("making the model " + id.name()))
                .accepting(EXISTS);
        try {
            transport.bytes(request, 1 << 20);
        } catch (HubException e) {
            if (e.reason() != Reason.FORBIDDEN) {
                throw e;
            }
            requireExists(e);
        }
    }

    private void requireExists(HubException refusal) throws IOException {
        try {
            ModelPages.info(transport, id.at(ModelId.MAIN));
        } catch (HubException e) {
            // That it may not be made is what has to be told.
            refusal.addSuppressed(e);
            throw refusal;
        }
    }

    private Commit nothingToDo() throws IOException {
        String head = ModelPages.info(transport, id).commit();
        return new Commit(
                head, transport.at("/" + RemotePath.quoted(id.name()) + "/commit/" + head), Optional.empty(), 0);
    }

    private Commit commit(List<Ready> files) throws IOException {
        CommitBody body = new CommitBody();
        body.header(options);
        for (Ready each : files) {
            if (each.planned.isLarge()) {
                body.large(each.file(), each.hash);
            } else {
                body.file(each.file());
            }
        }
        Duration patience = transport.settings().answerTimeout().multipliedBy(COMMIT_TAKES);
        String address = ModelPages.api(id) + "/commit/" + RemotePath.quotedWhole(id.revision())
                + (options.isPullRequest() ? "?create_pr=1" : "");
        Request request = Request.of("POST", transport.at(address), Request.Subject.of(id))
                .header("Content-Type", "application/x-ndjson")
                .sending(body)
                .retry(Request.Retry.UNLESS_DONE)
                .timeout(patience);
        Json answer = transport.json(request);
        Optional<URI> pullRequest = Optional.empty();
        if (options.isPullRequest()) {
            pullRequest = Optional.of(page(answer.requireText("pullRequestUrl")));
        }
        return new Commit(
                ModelPages.commit(answer.requireText("commitOid")),
                page(answer.requireText("commitUrl")),
                pullRequest,
                files.size());
    }

    private URI page(String text) throws HubException {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new HubException(
                    Reason.SERVER,
                    "the model " + id
                            + ": the Hub has committed, but names no page where to see it; look at the model's"
                            + " commits",
                    e);
        }
    }
}
