package dev.fundir.hub;

import dev.fundir.hub.HubException.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Asks the Hub how it wants each file: in git, in Git LFS, or not at all. */
final class UploadPlan {
    /** So many files are asked about at once. */
    static final int CHUNK = 256;

    private static final int SAMPLE = 512;

    /** The longest {@code .gitignore} that is sent along. */
    private static final int LONGEST_IGNORE = 1 << 20;

    private UploadPlan() {}

    /**
     * A file and what the Hub says of it.
     *
     * @param file the file
     * @param isLarge whether it goes to Git LFS
     * @param remoteOid the hash of what is at its place now
     */
    record Planned(UploadFile file, boolean isLarge, Optional<String> remoteOid) {}

    /** The files that are not ignored. */
    static List<Planned> of(Transport transport, ModelId id, boolean isPullRequest, List<UploadFile> files)
            throws IOException {
        Optional<String> ignore = ignore(files);
        List<Planned> planned = new ArrayList<>();
        for (int from = 0; from < files.size(); from += CHUNK) {
            List<UploadFile> chunk = files.subList(from, Math.min(files.size(), from + CHUNK));
            planned.addAll(of(transport, id, isPullRequest, chunk, ignore));
        }
        return planned;
    }

    private static List<Planned> of(
            Transport transport, ModelId id, boolean isPullRequest, List<UploadFile> files, Optional<String> ignore)
            throws IOException {
        Map<UploadFile, String> samples = new HashMap<>();
        for (UploadFile file : files) {
            samples.put(file, Base64.getEncoder().encodeToString(file.sample(SAMPLE)));
        }
        byte[] question = JsonText.object(json -> {
            json.writeArrayFieldStart("files");
            for (UploadFile file : files) {
                json.writeStartObject();
                json.writeStringField("path", file.path());
                json.writeNumberField("size", file.size());
                json.writeStringField("sample", samples.get(file));
                json.writeEndObject();
            }
            json.writeEndArray();
            if (ignore.isPresent()) {
                json.writeStringField("gitIgnore", ignore.get());
            }
        });
        String address = ModelPages.api(id) + "/preupload/" + RemotePath.quotedWhole(id.revision())
                + (isPullRequest ? "?create_pr=1" : "");
        Json answer = transport.json(Request.post(transport.at(address), question, Request.Subject.of(id)));
        Map<String, Json> byPath = new HashMap<>();
        for (Json file : answer.list("files")) {
            byPath.put(file.requireText("path"), file);
        }
        List<Planned> planned = new ArrayList<>();
        for (UploadFile file : files) {
            Json said = byPath.get(file.path());
            if (said == null) {
                throw new HubException(
                        Reason.SERVER,
                        "the model " + id + ": the Hub does not say how to upload " + file.path()
                                + "; try again later");
            }
            if (!said.isTrue("shouldIgnore")) {
                planned.add(new Planned(file, isLarge(said, file), said.text("oid")));
            }
        }
        return planned;
    }

    /** Stores of large files take no empty ones. */
    private static boolean isLarge(Json said, UploadFile file) throws HubException {
        String mode = said.requireText("uploadMode");
        return switch (mode) {
            case "lfs" -> file.size() > 0;
            case "regular" -> false;
            default ->
                throw new HubException(
                        Reason.SERVER,
                        file.path() + ": the Hub wants it uploaded by \"" + mode
                                + "\", which fundir does not know; expected lfs or regular");
        };
    }

    /** What a {@code .gitignore} among the files says; without one, the Hub goes by the one it has. */
    private static Optional<String> ignore(List<UploadFile> files) throws IOException {
        for (UploadFile file : files) {
            if (file.path().equals(".gitignore")) {
                return Optional.of(new String(file.sample(LONGEST_IGNORE), java.nio.charset.StandardCharsets.UTF_8));
            }
        }
        return Optional.empty();
    }
}
