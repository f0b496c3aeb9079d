package dev.fundir.hub;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the Hub says of models: their info, and the list of their files, page by page. */
final class ModelPages {
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"?next\"?");
    private static final int MOST_FILES = 1_000_000;

    private ModelPages() {}

    /** {@code /api/models/NAME}, quoted. */
    static String api(ModelId id) {
        return "/api/models/" + RemotePath.quoted(id.name());
    }

    /** {@code /NAME/resolve/REVISION/PATH}, quoted: where a file is. */
    static String resolve(ModelId id, String path) {
        return "/" + RemotePath.quoted(id.name()) + "/resolve/" + RemotePath.quotedWhole(id.revision()) + "/"
                + RemotePath.quoted(path);
    }

    static ModelInfo info(Transport transport, ModelId id) throws IOException {
        URI uri = transport.at(api(id) + "/revision/" + RemotePath.quotedWhole(id.revision()));
        Json info = transport.json(Request.get(uri, Request.Subject.of(id)));
        List<String> names = new ArrayList<>();
        for (Json file : info.list("siblings")) {
            names.add(RemotePath.checked(file.requireText("rfilename")));
        }
        Map<String, Long> counts = new LinkedHashMap<>();
        Optional<Json> safetensors = info.member("safetensors");
        safetensors.flatMap(said -> said.member("parameters")).ifPresent(parameters -> parameters
                .members()
                .forEach((dtype, count) -> count.number().ifPresent(number -> counts.put(dtype, number))));
        return new ModelInfo(
                new ModelId(info.text("id").orElse(id.name()), id.revision()),
                commit(info.requireText("sha")),
                info.isTrue("private"),
                info.member("gated")
                        .map(gated -> gated.text().isPresent() || gated.isTrue())
                        .orElse(false),
                info.isTrue("disabled"),
                info.list("tags").stream().flatMap(tag -> tag.text().stream()).toList(),
                List.copyOf(names),
                Collections.unmodifiableMap(counts),
                safetensors.map(said -> said.number("total")).orElse(OptionalLong.empty()));
    }

    /** A commit's hash becomes the name of a folder, so it is looked at. */
    static String commit(String sha) throws HubException {
        if (!sha.matches("[0-9a-fA-F]{7,64}")) {
            throw new HubException(
                    HubException.Reason.SERVER,
                    "the Hub says that the commit is \"" + (sha.length() > 80 ? sha.substring(0, 80) : sha)
                            + "\", which is no hash; check HF_ENDPOINT");
        }
        return sha;
    }

    static List<RemoteFile> files(Transport transport, ModelId id) throws IOException {
        URI uri = transport.at(
                api(id) + "/tree/" + RemotePath.quotedWhole(id.revision()) + "?recursive=true&expand=false");
        List<RemoteFile> files = new ArrayList<>();
        Set<URI> seen = new HashSet<>();
        while (uri != null) {
            if (!seen.add(uri) || files.size() > MOST_FILES) {
                throw new HubException(
                        HubException.Reason.SERVER,
                        Request.Subject.of(id).what() + ": the list of files does not end after " + files.size()
                                + " files; try again later");
            }
            Request request = Request.get(uri, Request.Subject.of(id));
            uri = transport.send(request, response -> {
                Json page = transport.json(request, response);
                for (Json entry : page.elements()) {
                    if (entry.text("type").orElse("").equals("file")) {
                        files.add(file(entry));
                    }
                }
                return next(transport, response);
            });
        }
        return List.copyOf(files);
    }

    private static RemoteFile file(Json entry) throws HubException {
        Optional<Json> lfs = entry.member("lfs");
        Optional<String> sha256 = lfs.flatMap(large -> large.text("oid")).map(oid -> oid.replaceFirst("^sha256:", ""));
        long size = lfs.isPresent() ? lfs.get().requireNumber("size") : entry.requireNumber("size");
        return new RemoteFile(RemotePath.checked(entry.requireText("path")), size, entry.requireText("oid"), sha256);
    }

    /** The next page; null on the last. Only the Hub itself may have it. */
    private static URI next(Transport transport, Response response) throws HubException {
        for (String link : response.headers().allValues("Link")) {
            Matcher next = NEXT.matcher(link);
            if (next.find()) {
                URI uri;
                try {
                    uri = response.uri().resolve(next.group(1));
                } catch (IllegalArgumentException e) {
                    // Its message would repeat what the server said.
                    throw noPage("an address that is none");
                }
                if (!transport.isHub(uri)) {
                    throw noPage(transport.shown(uri));
                }
                return uri;
            }
        }
        return null;
    }

    private static HubException noPage(String link) {
        return new HubException(
                HubException.Reason.SERVER,
                "the list of files goes on at " + link + ", which is not at the Hub; check HF_ENDPOINT");
    }
}
