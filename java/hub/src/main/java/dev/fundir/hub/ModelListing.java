package dev.fundir.hub;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files of a commit, as the Hub listed them once. A commit never changes, so the listing is kept beside what was
 * downloaded, where the Python tools keep it too: without the Hub it says whether a snapshot is complete.
 *
 * @param commit the commit's hash
 * @param files all of its files
 */
record ModelListing(String commit, List<RemoteFile> files) {
    private static final int VERSION = 1;
    private static final long LONGEST = 256L << 20;
    private static final JsonFactory JSON = new JsonFactory();

    /**
     * Reads a listing that was kept.
     *
     * @param folder of the model in the cache, or what a local folder remembers
     * @return empty when there is none that can be used
     */
    static Optional<ModelListing> load(Path folder, String commit) throws IOException {
        Path path = path(folder, commit);
        try {
            if (Files.size(path) > LONGEST) {
                return Optional.empty();
            }
            Json listing = Json.parse(Files.readAllBytes(path), path.toString());
            if (listing.number("format_version").orElse(0) != VERSION) {
                return Optional.empty();
            }
            List<RemoteFile> files = new ArrayList<>();
            Map<String, Json> entries =
                    listing.member("files").map(Json::members).orElse(Map.of());
            for (Map.Entry<String, Json> entry : entries.entrySet()) {
                files.add(file(entry.getKey(), entry.getValue()));
            }
            return Optional.of(new ModelListing(commit, List.copyOf(files)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (HubException e) {
            // Cut, or of another program: the Hub is asked again, and the listing written anew.
            return Optional.empty();
        }
    }

    private static RemoteFile file(String path, Json entry) throws HubException {
        Optional<String> sha256 = entry.text("lfs_sha256");
        long size = sha256.isPresent() ? entry.requireNumber("lfs_size") : entry.requireNumber("size");
        return new RemoteFile(RemotePath.checked(path), size, entry.requireText("blob_id"), sha256);
    }

    /** Keeps the listing. */
    void save(Path folder) throws IOException {
        Path path = path(folder, commit);
        Files.createDirectories(path.getParent());
        CacheFolder.writeWhole(path, json());
    }

    private String json() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("format_version", VERSION);
            json.writeObjectFieldStart("files");
            for (RemoteFile file : files.stream()
                    .sorted(Comparator.comparing(RemoteFile::path))
                    .toList()) {
                json.writeObjectFieldStart(file.path());
                json.writeNumberField("size", file.size());
                json.writeStringField("blob_id", file.oid());
                if (file.sha256().isPresent()) {
                    json.writeStringField("lfs_sha256", file.sha256().get());
                    json.writeNumberField("lfs_size", file.size());
                }
                json.writeEndObject();
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        return text.toString();
    }

    private static Path path(Path folder, String commit) {
        return folder.resolve("trees").resolve(commit + ".json");
    }
}
