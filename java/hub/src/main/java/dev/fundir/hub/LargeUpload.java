package dev.fundir.hub;

import dev.fundir.hub.HubException.Reason;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Sends files to Git LFS: asks which of them are missing there, and sends those, whole or in parts. */
final class LargeUpload {
    private static final String LFS_JSON = "application/vnd.git-lfs+json";

    /** How much longer than for an answer is waited for the end of what the server does with bytes it was sent. */
    private static final int LONGER = 6;

    private final Transport transport;
    private final ModelId id;
    private final UploadMeter meter;
    private final int threads;
    private final Runnable tick;
    private final Duration patience;

    LargeUpload(Transport transport, ModelId id, UploadMeter meter, int threads, Runnable tick) {
        this.transport = transport;
        this.id = id;
        this.meter = meter;
        this.threads = threads;
        this.tick = tick;
        this.patience = transport.settings().answerTimeout().multipliedBy(LONGER);
    }

    /** A file and its hash. */
    record Hashed(UploadFile file, String sha256) {}

    /** Sends what is missing. Files of equal bytes are sent once. */
    void send(List<Hashed> files) throws IOException {
        Map<String, List<UploadFile>> byHash = new LinkedHashMap<>();
        files.forEach(each ->
                byHash.computeIfAbsent(each.sha256, key -> new ArrayList<>()).add(each.file));
        List<Hashed> different = byHash.entrySet().stream()
                .map(entry -> new Hashed(entry.getValue().get(0), entry.getKey()))
                .toList();
        for (int from = 0; from < different.size(); from += UploadPlan.CHUNK) {
            sendChunk(different.subList(from, Math.min(different.size(), from + UploadPlan.CHUNK)));
        }
        byHash.values().forEach(same -> same.stream().skip(1).forEach(meter::reused));
    }

    /** The addresses that an answer has expire, so no more of them are asked for than are soon needed. */
    private void sendChunk(List<Hashed> files) throws IOException {
        Map<String, Json> objects = batch(files);
        List<Part> parts = new ArrayList<>();
        for (Hashed each : files) {
            Json object = objects.get(each.sha256);
            if (object == null) {
                throw refused(each.file, "does not say whether it has it; try again later");
            }
            if (object.member("error").isPresent()) {
                throw refused(
                        each.file,
                        "refuses it: "
                                + object.member("error").get().text("message").orElse("without a reason"));
            }
            if (object.member("actions")
                    .flatMap(actions -> actions.member("upload"))
                    .isEmpty()) {
                meter.reused(each.file);
            } else {
                parts.addAll(parts(each, object.member("actions").get()));
            }
        }
        Workers.run(parts, threads, this::send, tick);
    }

    private Map<String, Json> batch(List<Hashed> files) throws IOException {
        byte[] question = JsonText.object(json -> {
            json.writeStringField("operation", "upload");
            json.writeArrayFieldStart("transfers");
            json.writeString("basic");
            json.writeString("multipart");
            json.writeEndArray();
            json.writeArrayFieldStart("objects");
            for (Hashed each : files) {
                json.writeStartObject();
                json.writeStringField("oid", each.sha256);
                json.writeNumberField("size", each.file.size());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeStringField("hash_algo", "sha256");
            json.writeObjectFieldStart("ref");
            json.writeStringField("name", id.revision());
            json.writeEndObject();
        });
        Request request = Request.post(
                        transport.at("/" + RemotePath.quoted(id.name()) + ".git/info/lfs/objects/batch"),
                        question,
                        Request.Subject.of(id))
                .header("Content-Type", LFS_JSON)
                .header("Accept", LFS_JSON);
        Map<String, Json> objects = new LinkedHashMap<>();
        for (Json object : transport.json(request).list("objects")) {
            objects.put(object.requireText("oid"), object);
        }
        return objects;
    }

    /** A file on its way: its parts, and what ends it. */
    private static final class Sending {
        private final Hashed file;
        private final URI upload;
        private final URI verify;
        private final boolean inParts;
        private final AtomicInteger left;
        private final AtomicReferenceArray<String> etags;

        Sending(Hashed file, URI upload, URI verify, boolean inParts, int count) {
            this.file = file;
            this.upload = upload;
            this.verify = verify;
            this.inParts = inParts;
            this.left = new AtomicInteger(count);
            this.etags = new AtomicReferenceArray<>(count);
        }
    }

    /** What is sent by one request. */
    private record Part(Sending of, int number, URI to, long offset, long length) {}

    private List<Part> parts(Hashed each, Json actions) throws HubException {
        Json upload = actions.member("upload").orElseThrow();
        URI href = address(each.file, upload.requireText("href"));
        URI verify = null;
        if (actions.member("verify").isPresent()) {
            verify = address(each.file, actions.member("verify").get().requireText("href"));
        }
        long size = each.file.size();
        Json header = upload.member("header").orElse(null);
        if (header == null || header.member("chunk_size").isEmpty()) {
            Sending whole = new Sending(each, href, verify, false, 1);
            return List.of(new Part(whole, 0, href, 0, size));
        }
        long chunk = chunkSize(each.file, header);
        Map<Integer, URI> targets = new TreeMap<>();
        for (Map.Entry<String, Json> entry : header.members().entrySet()) {
            if (entry.getKey().matches("\\d{1,9}")) {
                String target = entry.getValue().text().orElse("");
                targets.put(Integer.parseInt(entry.getKey()), address(each.file, target));
            }
        }
        int count = targets.size();
        if (count != (size + chunk - 1) / chunk || !targets.containsKey(1) || !targets.containsKey(count)) {
            throw refused(
                    each.file,
                    "wants it in " + count + " parts of " + chunk + " bytes, which do not make its " + size
                            + " bytes; try again later");
        }
        Sending inParts = new Sending(each, href, verify, true, count);
        List<Part> parts = new ArrayList<>();
        targets.forEach((number, target) -> {
            long offset = (number - 1) * chunk;
            parts.add(new Part(inParts, number - 1, target, offset, Math.min(chunk, size - offset)));
        });
        return parts;
    }

    private static long chunkSize(UploadFile file, Json header) throws HubException {
        Json size = header.member("chunk_size").orElseThrow();
        String text = size.text().orElseGet(() -> Long.toString(size.number().orElse(0)));
        if (!text.matches("[1-9]\\d{0,17}")) {
            throw refused(file, "wants it in parts of \"" + text + "\" bytes; expected a whole number");
        }
        return Long.parseLong(text);
    }

    private static URI address(UploadFile file, String text) throws HubException {
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null && String.valueOf(uri.getScheme()).matches("(?i)https?")) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new HubException(Reason.SERVER, file.path() + ": the Hub names an address that is none", e);
        }
        throw refused(file, "names an address that is none; try again later");
    }

    private static HubException refused(UploadFile file, String sentence) {
        return new HubException(Reason.SERVER, file.path() + ": the Hub " + sentence);
    }

    /** Sends a part; the thread that sends a file's last one ends the file. */
    private Void send(Part part) throws IOException {
        Sending of = part.of;
        UploadFile file = of.file.file;
        FileSlice slice = new FileSlice(file, part.offset, part.length, bytes -> meter.moved(file, bytes));
        Request request = Request.of("PUT", part.to, Request.Subject.of(file.path()))
                .sending(slice)
                .timeout(patience);
        String etag = transport.send(request, response -> {
            response.body().bytes(1 << 20);
            return response.header("ETag").orElse("");
        });
        if (of.inParts && etag.isEmpty()) {
            throw refused(file, "does not confirm part " + (part.number + 1) + " with an ETag; try again later");
        }
        of.etags.set(part.number, etag);
        if (of.left.decrementAndGet() == 0) {
            finish(of);
        }
        return null;
    }

    private void finish(Sending of) throws IOException {
        if (of.inParts) {
            byte[] completion = JsonText.object(json -> {
                json.writeStringField("oid", of.file.sha256);
                json.writeArrayFieldStart("parts");
                for (int i = 0; i < of.etags.length(); i++) {
                    json.writeStartObject();
                    json.writeNumberField("partNumber", i + 1);
                    json.writeStringField("etag", of.etags.get(i));
                    json.writeEndObject();
                }
                json.writeEndArray();
            });
            end(Request.post(of.upload, completion, Request.Subject.of(of.file.file.path()))
                    .header("Content-Type", LFS_JSON)
                    .header("Accept", LFS_JSON));
        }
        if (of.verify != null) {
            byte[] claim = JsonText.object(json -> {
                json.writeStringField("oid", of.file.sha256);
                json.writeNumberField("size", of.file.file.size());
            });
            end(Request.post(of.verify, claim, Request.Subject.of(of.file.file.path())));
        }
        meter.sent(of.file.file);
    }

    private void end(Request request) throws IOException {
        transport.bytes(request.timeout(patience), 1 << 20);
    }
}
