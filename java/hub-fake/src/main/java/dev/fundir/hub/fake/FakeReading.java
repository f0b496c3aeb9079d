package dev.fundir.hub.fake;

import dev.fundir.internal.JsonString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What reads: infos, lists, files. */
final class FakeReading {
    private static final Pattern INFO = Pattern.compile("/api/models/((?:[^/]+/)?[^/]+?)(?:/revision/([^/]+))?");
    private static final Pattern TREE = Pattern.compile("/api/models/((?:[^/]+/)?[^/]+?)/tree/([^/]+)(?:/(.*))?");
    private static final Pattern REFS = Pattern.compile("/api/models/((?:[^/]+/)?[^/]+?)/refs");
    private static final Pattern RESOLVE = Pattern.compile("/((?:[^/]+/)?[^/]+?)/resolve/([^/]+)/(.+)");
    private static final Pattern PLAIN = Pattern.compile("/api/resolve-cache/models/((?:[^/]+/)?[^/]+?)/([^/]+)/(.+)");
    private static final Pattern CDN = Pattern.compile("/cdn/([0-9a-f]{64})/.*");
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

    private final FakeHub hub;
    private final Map<String, Content> large = new java.util.concurrent.ConcurrentHashMap<>();

    FakeReading(FakeHub hub) {
        this.hub = hub;
    }

    void hub(FakeExchange exchange) throws IOException {
        Matcher match = PLAIN.matcher(exchange.path);
        if (match.matches()) {
            plain(exchange, match);
            return;
        }
        match = RESOLVE.matcher(exchange.path);
        if (match.matches() && !exchange.path.startsWith("/api/")) {
            resolve(exchange, match);
            return;
        }
        if (!exchange.method.equals("GET")) {
            return;
        }
        if (exchange.path.equals("/api/whoami-v2")) {
            whoami(exchange);
            return;
        }
        match = TREE.matcher(exchange.path);
        if (match.matches()) {
            tree(exchange, match);
            return;
        }
        match = REFS.matcher(exchange.path);
        if (match.matches()) {
            refs(exchange, match);
            return;
        }
        match = INFO.matcher(exchange.path);
        if (match.matches()) {
            info(exchange, match);
        }
    }

    /** Large files, as a CDN has them: it knows nothing of tokens. */
    void cdn(FakeExchange exchange) throws IOException {
        Matcher match = CDN.matcher(exchange.path);
        if (match.matches() && large.containsKey(match.group(1))) {
            if (exchange.header("authorization").isPresent()) {
                exchange.json(400, "{\"error\":\"two ways to say who asks: the signature and a token\"}");
                return;
            }
            file(exchange, large.get(match.group(1)), Map.of("ETag", "\"cdn-has-its-own\""));
        }
    }

    private void whoami(FakeExchange exchange) throws IOException {
        if (hub.knows(exchange)) {
            exchange.json(200, "{\"type\":\"user\",\"name\":\"org\",\"orgs\":[],\"auth\":{\"type\":\"access_token\"}}");
        } else {
            exchange.json(401, "{\"error\":\"Invalid user token.\"}");
        }
    }

    /** The model, if the one who asks may see it; else the answer is given. */
    Optional<FakeModel> visible(FakeExchange exchange, String name) throws IOException {
        Optional<FakeModel> model = hub.find(FakeExchange.unquoted(name));
        if (model.isEmpty() || (model.get().isPrivate() && !hub.knows(exchange))) {
            exchange.json(
                    hub.knows(exchange) ? 404 : 401,
                    Map.of("X-Error-Code", "RepoNotFound", "X-Error-Message", "Repository not found"),
                    "{\"error\":\"Repository not found\"}");
            return Optional.empty();
        }
        if (model.get().isDisabled()) {
            exchange.json(
                    403,
                    Map.of("X-Error-Message", "Access to this resource is disabled."),
                    "{\"error\":\"Access to this resource is disabled.\"}");
            return Optional.empty();
        }
        return model;
    }

    private Optional<Map<String, FakeFile>> files(FakeExchange exchange, FakeModel model, String revision)
            throws IOException {
        Optional<Map<String, FakeFile>> files = model.files(FakeExchange.unquoted(revision));
        if (files.isEmpty()) {
            exchange.json(
                    404,
                    Map.of("X-Error-Code", "RevisionNotFound", "X-Error-Message", "Invalid rev id: " + revision),
                    "{\"error\":\"Invalid rev id: " + revision + "\"}");
        }
        return files;
    }

    private void info(FakeExchange exchange, Matcher match) throws IOException {
        Optional<FakeModel> model = visible(exchange, match.group(1));
        if (model.isEmpty()) {
            return;
        }
        String revision = match.group(2) == null ? "main" : FakeExchange.unquoted(match.group(2));
        Optional<Map<String, FakeFile>> files = files(exchange, model.get(), revision);
        if (files.isEmpty()) {
            return;
        }
        StringJoiner siblings = new StringJoiner(",", "[", "]");
        files.get()
                .forEach((path, file) -> siblings.add("{\"rfilename\":" + quoted(path)
                        + (exchange.query.containsKey("blobs")
                                ? ",\"size\":" + file.content().size()
                                : "") + "}"));
        exchange.json(
                200,
                "{\"_id\":\"1\",\"id\":\"" + model.get().name() + "\",\"modelId\":\""
                        + model.get().name()
                        + "\",\"private\":" + model.get().isPrivate() + ",\"gated\":"
                        + (model.get().isGated() ? "\"manual\"" : "false") + ",\"disabled\":false,\"downloads\":0"
                        + ",\"likes\":0,\"tags\":[\"safetensors\"],\"sha\":\""
                        + model.get().sha(revision).orElseThrow() + "\",\"siblings\":" + siblings
                        + model.get().extraInfo() + "}");
    }

    private void tree(FakeExchange exchange, Matcher match) throws IOException {
        Optional<FakeModel> model = visible(exchange, match.group(1));
        if (model.isEmpty()) {
            return;
        }
        Optional<Map<String, FakeFile>> files = files(exchange, model.get(), match.group(2));
        if (files.isEmpty()) {
            return;
        }
        String folder = match.group(3) == null ? "" : FakeExchange.unquoted(match.group(3)) + "/";
        boolean recursive = Boolean.parseBoolean(exchange.query.getOrDefault("recursive", "false"));
        Map<String, String> entries = new LinkedHashMap<>();
        files.get().forEach((path, file) -> {
            if (!path.startsWith(folder)) {
                return;
            }
            for (int slash = path.indexOf('/', folder.length()); slash >= 0; slash = path.indexOf('/', slash + 1)) {
                entries.putIfAbsent(
                        path.substring(0, slash),
                        "{\"type\":\"directory\",\"oid\":\"" + file.oid() + "\",\"size\":0,\"path\":"
                                + quoted(path.substring(0, slash)) + "}");
                if (!recursive) {
                    return;
                }
            }
            entries.put(path, entry(path, file));
        });
        page(exchange, new ArrayList<>(entries.values()));
    }

    static String entry(String path, FakeFile file) {
        return "{\"type\":\"file\",\"oid\":\"" + file.oid() + "\",\"size\":"
                + file.content().size()
                + file.sha256()
                        .map(sha -> ",\"lfs\":{\"oid\":\"" + sha + "\",\"size\":"
                                + file.content().size() + ",\"pointerSize\":130}")
                        .orElse("")
                + ",\"path\":" + quoted(path) + "}";
    }

    /** A JSON string. */
    static String quoted(String text) {
        StringBuilder json = new StringBuilder();
        JsonString.write(text, json);
        return json.toString();
    }

    private void page(FakeExchange exchange, List<String> entries) throws IOException {
        int from = Integer.parseInt(exchange.query.getOrDefault("cursor", "0"));
        int to = Math.min(entries.size(), from + hub.pageSize());
        Map<String, String> headers = to == entries.size()
                ? Map.of()
                : Map.of(
                        "Link",
                        "<" + hub.endpoint() + exchange.path + "?recursive="
                                + exchange.query.getOrDefault("recursive", "false") + "&cursor=" + to
                                + ">; rel=\"next\"");
        exchange.json(200, headers, "[" + String.join(",", entries.subList(from, to)) + "]");
    }

    private void refs(FakeExchange exchange, Matcher match) throws IOException {
        Optional<FakeModel> model = visible(exchange, match.group(1));
        if (model.isPresent()) {
            StringJoiner branches = new StringJoiner(",", "[", "]");
            model.get()
                    .refs()
                    .forEach((name, sha) -> branches.add("{\"name\":\"" + name + "\",\"ref\":\"refs/heads/" + name
                            + "\",\"targetCommit\":\"" + sha + "\"}"));
            exchange.json(200, "{\"branches\":" + branches + ",\"converts\":[],\"tags\":[]}");
        }
    }

    /** A file's own address: the answer to a large one leads to the CDN, to a small one to another path here. */
    private void resolve(FakeExchange exchange, Matcher match) throws IOException {
        Optional<FakeModel> model = visible(exchange, match.group(1));
        if (model.isEmpty()) {
            return;
        }
        if (model.get().isGated() && !hub.knows(exchange)) {
            exchange.json(
                    401,
                    Map.of("X-Error-Code", "GatedRepo", "X-Error-Message", "Access to model is restricted."),
                    "{\"error\":\"Access to model is restricted.\"}");
            return;
        }
        Optional<Map<String, FakeFile>> files = files(exchange, model.get(), match.group(2));
        if (files.isEmpty()) {
            return;
        }
        String path = FakeExchange.unquoted(match.group(3));
        String sha = model.get().sha(FakeExchange.unquoted(match.group(2))).orElseThrow();
        FakeFile file = files.get().get(path);
        if (file == null) {
            exchange.json(
                    404,
                    Map.of("X-Error-Code", "EntryNotFound", "X-Error-Message", "Entry not found", "X-Repo-Commit", sha),
                    "{\"error\":\"Entry not found\"}");
            return;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("X-Repo-Commit", sha);
        headers.put("Accept-Ranges", "bytes");
        if (file.sha256().isPresent()) {
            large.put(file.etag(), file.content());
            headers.put("X-Linked-Etag", "\"" + file.etag() + "\"");
            headers.put("X-Linked-Size", Long.toString(file.content().size()));
            headers.put("Location", hub.cdn() + "/cdn/" + file.etag() + "/" + match.group(3) + "?X-Signature=secret");
            exchange.send(302, headers, new byte[0]);
        } else {
            headers.put(
                    "Location",
                    "/api/resolve-cache/models/" + match.group(1) + "/" + sha + "/" + match.group(3) + "?etag=%22"
                            + file.oid() + "%22");
            exchange.send(307, headers, new byte[0]);
        }
    }

    private void plain(FakeExchange exchange, Matcher match) throws IOException {
        Optional<FakeModel> model = visible(exchange, match.group(1));
        if (model.isPresent()) {
            FakeFile file = model.get()
                    .files(match.group(2))
                    .map(files -> files.get(FakeExchange.unquoted(match.group(3))))
                    .orElse(null);
            if (file != null) {
                file(
                        exchange,
                        file.content(),
                        Map.of("X-Repo-Commit", match.group(2), "ETag", "\"" + file.oid() + "\""));
            }
        }
    }

    private static void file(FakeExchange exchange, Content content, Map<String, String> more) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>(more);
        headers.put("Accept-Ranges", "bytes");
        long size = content.size();
        Matcher range = RANGE.matcher(exchange.header("range").orElse(""));
        if (!range.matches() || exchange.ignoresRange()) {
            exchange.send(200, headers, content, 0, size);
            return;
        }
        long first = Long.parseLong(range.group(1));
        if (first >= size) {
            headers.put("Content-Range", "bytes */" + size);
            exchange.send(416, headers, new byte[0]);
            return;
        }
        long last = range.group(2).isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(range.group(2)));
        headers.put("Content-Range", "bytes " + first + "-" + last + "/" + size);
        exchange.send(206, headers, content, first, last - first + 1);
    }
}
