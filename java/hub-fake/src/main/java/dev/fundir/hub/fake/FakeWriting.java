package dev.fundir.hub.fake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What writes: new models, Git LFS, commits. What is uploaded lies in a folder. */
final class FakeWriting {
    private static final Pattern PREUPLOAD = Pattern.compile("/api/models/((?:[^/]+/)?[^/]+?)/preupload/([^/]+)");
    private static final Pattern BATCH = Pattern.compile("/((?:[^/]+/)?[^/]+?)\\.git/info/lfs/objects/batch");
    private static final Pattern COMMIT = Pattern.compile("/api/models/((?:[^/]+/)?[^/]+?)/commit/([^/]+)");
    private static final Pattern BRANCH = Pattern.compile("/api/models/((?:[^/]+/)?[^/]+?)/branch/([^/]+)");
    private static final Pattern STORE = Pattern.compile("/store/([0-9a-f]{64})(?:/(\\d+))?");
    private static final Pattern COMPLETE = Pattern.compile("/api/lfs/complete/([0-9a-f]{64})");
    private static final Pattern VERIFY = Pattern.compile("/api/lfs/verify/([0-9a-f]{64})");

    private final FakeHub hub;
    private final Path folder;
    private final Map<String, Content> objects = new ConcurrentHashMap<>();
    private final Map<String, Map<Integer, Path>> parts = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();

    FakeWriting(FakeHub hub, Path folder) {
        this.hub = hub;
        this.folder = folder;
    }

    void hub(FakeExchange exchange) throws IOException {
        if (!exchange.method.equals("POST") && !exchange.method.equals("DELETE")) {
            return;
        }
        if (exchange.path.equals("/api/validate-yaml")) {
            exchange.json(200, "{\"errors\":[],\"warnings\":[]}");
            return;
        }
        if (exchange.path.equals("/api/repos/create")) {
            create(exchange);
            return;
        }
        Matcher match = BATCH.matcher(exchange.path);
        if (match.matches() && mayWrite(exchange, match.group(1))) {
            batch(exchange);
            return;
        }
        match = PREUPLOAD.matcher(exchange.path);
        if (match.matches() && mayWrite(exchange, match.group(1))) {
            preupload(exchange, match);
            return;
        }
        match = COMMIT.matcher(exchange.path);
        if (match.matches() && mayWrite(exchange, match.group(1))) {
            commit(exchange, match);
            return;
        }
        match = BRANCH.matcher(exchange.path);
        if (match.matches() && mayWrite(exchange, match.group(1))) {
            FakeModel model = hub.find(FakeExchange.unquoted(match.group(1))).orElseThrow();
            model.ref(FakeExchange.unquoted(match.group(2)), model.sha("main").orElseThrow());
            exchange.json(201, "{}");
            return;
        }
        match = COMPLETE.matcher(exchange.path);
        if (match.matches()) {
            complete(exchange, match.group(1));
            return;
        }
        match = VERIFY.matcher(exchange.path);
        if (match.matches()) {
            verify(exchange, match.group(1));
        }
    }

    /** Where bytes are sent to: a host that knows nothing of tokens, and refuses them. */
    void store(FakeExchange exchange) throws IOException {
        Matcher match = STORE.matcher(exchange.path);
        if (!match.matches() || !exchange.method.equals("PUT")) {
            return;
        }
        if (exchange.header("authorization").isPresent()
                || exchange.header("content-length").isEmpty()) {
            exchange.json(400, "{\"error\":\"only one way to say who asks, and a length\"}");
            return;
        }
        Path file = save(exchange.body);
        String sha = match.group(1);
        if (match.group(2) == null) {
            objects.put(sha, Content.of(file));
            exchange.send(200, Map.of("ETag", "\"whole\""), new byte[0]);
        } else {
            int number = Integer.parseInt(match.group(2));
            parts.computeIfAbsent(sha, key -> new ConcurrentHashMap<>()).put(number, file);
            exchange.send(200, Map.of("ETag", "\"part-" + number + "\""), new byte[0]);
        }
    }

    private Path save(InputStream bytes) throws IOException {
        Path file = folder.resolve("object-" + numbers.incrementAndGet());
        try (OutputStream out = Files.newOutputStream(file)) {
            bytes.transferTo(out);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        return file;
    }

    private boolean mayWrite(FakeExchange exchange, String name) throws IOException {
        Optional<FakeModel> model = hub.find(FakeExchange.unquoted(name));
        if (model.isEmpty()) {
            exchange.json(
                    404,
                    Map.of("X-Error-Code", "RepoNotFound", "X-Error-Message", "Repository not found"),
                    "{\"error\":\"Repository not found\"}");
            return false;
        }
        return mayWrite(exchange);
    }

    private boolean mayWrite(FakeExchange exchange) throws IOException {
        if (hub.mayWrite(exchange)) {
            return true;
        }
        boolean known = hub.knows(exchange);
        exchange.json(
                known ? 403 : 401,
                "{\"error\":\"" + (known ? "Forbidden: pass a token with write access" : "Unauthorized") + "\"}");
        return false;
    }

    private void create(FakeExchange exchange) throws IOException {
        if (!mayWrite(exchange)) {
            return;
        }
        Map<String, String> wish = flat(exchange.body.readAllBytes());
        String organization = wish.getOrDefault("organization", "");
        String name = (organization.isEmpty() ? "org" : organization) + "/" + wish.get("name");
        FakeModel made = hub.create(name);
        if (made == null) {
            exchange.json(
                    409,
                    "{\"error\":\"You already created this model repo\",\"url\":\"" + hub.endpoint() + "/" + name
                            + "\"}");
            return;
        }
        if (wish.getOrDefault("visibility", "").equals("private")
                || wish.getOrDefault("private", "").equals("true")) {
            made.setPrivate();
        }
        exchange.json(200, "{\"url\":\"" + hub.endpoint() + "/" + name + "\",\"name\":\"" + name + "\",\"id\":\"1\"}");
    }

    private void preupload(FakeExchange exchange, Matcher match) throws IOException {
        FakeModel model = hub.find(FakeExchange.unquoted(match.group(1))).orElseThrow();
        Optional<Map<String, FakeFile>> there = model.files(FakeExchange.unquoted(match.group(2)));
        if (there.isEmpty()) {
            exchange.json(
                    404,
                    Map.of("X-Error-Code", "RevisionNotFound", "X-Error-Message", "Invalid rev id"),
                    "{\"error\":\"Invalid rev id\"}");
            return;
        }
        List<String> ignored = new ArrayList<>();
        List<Map<String, String>> files = new ArrayList<>();
        read(exchange.body.readAllBytes(), "files", files, ignored);
        StringJoiner answers = new StringJoiner(",", "[", "]");
        for (Map<String, String> file : files) {
            String path = file.get("path");
            long size = Long.parseLong(file.get("size"));
            byte[] sample = Base64.getDecoder().decode(file.get("sample"));
            if (sample.length != Math.min(512, size)) {
                exchange.json(400, "{\"error\":\"a sample of " + sample.length + " bytes\"}");
                return;
            }
            boolean large = size >= hub.largeFrom() || path.endsWith(".safetensors");
            FakeFile now = there.get().get(path);
            boolean ignore = ignored.stream().anyMatch(pattern -> path.endsWith(pattern.replace("*", "")));
            answers.add("{\"path\":" + FakeReading.quoted(path) + ",\"uploadMode\":\"" + (large ? "lfs" : "regular")
                    + "\",\"shouldIgnore\":" + ignore
                    + (now == null ? "" : ",\"oid\":\"" + now.etag() + "\"") + "}");
        }
        exchange.json(200, "{\"files\":" + answers + "}");
    }

    private void batch(FakeExchange exchange) throws IOException {
        List<Map<String, String>> wanted = new ArrayList<>();
        read(exchange.body.readAllBytes(), "objects", wanted, new ArrayList<>());
        StringJoiner answers = new StringJoiner(",", "[", "]");
        for (Map<String, String> object : wanted) {
            String sha = object.get("oid");
            long size = Long.parseLong(object.get("size"));
            String head = "{\"oid\":\"" + sha + "\",\"size\":" + size;
            if (objects.containsKey(sha)) {
                answers.add(head + "}");
                continue;
            }
            String verify = "\"verify\":{\"href\":\"" + hub.endpoint() + "/api/lfs/verify/" + sha + "\"}";
            if (size <= hub.partSize()) {
                answers.add(head + ",\"actions\":{\"upload\":{\"href\":\"" + hub.cdn() + "/store/" + sha
                        + "?X-Signature=s\"}," + verify + "}}");
                continue;
            }
            StringJoiner header = new StringJoiner(",", "{", "}");
            header.add("\"chunk_size\":\"" + hub.partSize() + "\"");
            for (long number = 1; (number - 1) * hub.partSize() < size; number++) {
                header.add("\"" + String.format("%05d", number) + "\":\"" + hub.cdn() + "/store/" + sha + "/" + number
                        + "?X-Signature=s\"");
            }
            answers.add(head + ",\"actions\":{\"upload\":{\"href\":\"" + hub.endpoint() + "/api/lfs/complete/" + sha
                    + "?uploadId=1\",\"header\":" + header + "}," + verify + "}}");
        }
        exchange.json(
                200,
                Map.of("Content-Type", "application/vnd.git-lfs+json"),
                "{\"transfer\":\"multipart\",\"objects\":" + answers + "}");
    }

    private void complete(FakeExchange exchange, String sha) throws IOException {
        List<Map<String, String>> claimed = new ArrayList<>();
        read(exchange.body.readAllBytes(), "parts", claimed, new ArrayList<>());
        Map<Integer, Path> here = new TreeMap<>(parts.getOrDefault(sha, Map.of()));
        for (Map<String, String> part : claimed) {
            if (!part.get("etag").equals("\"part-" + part.get("partNumber") + "\"")) {
                exchange.json(400, "{\"error\":\"the etag of part " + part.get("partNumber") + "\"}");
                return;
            }
        }
        if (claimed.size() != here.size()) {
            exchange.json(400, "{\"error\":\"" + claimed.size() + " parts of " + here.size() + "\"}");
            return;
        }
        Path whole = folder.resolve("object-" + numbers.incrementAndGet());
        try (OutputStream out = Files.newOutputStream(whole)) {
            for (Path part : here.values()) {
                Files.copy(part, out);
                Files.delete(part);
            }
        }
        parts.remove(sha);
        objects.put(sha, Content.of(whole));
        exchange.json(200, "{}");
    }

    private void verify(FakeExchange exchange, String sha) throws IOException {
        Content content = objects.get(sha);
        if (content == null || (hub.checksHashes() && !content.sha256().equals(sha))) {
            objects.remove(sha);
            exchange.json(422, "{\"error\":\"the bytes have another hash than they should\"}");
        } else {
            exchange.json(200, "{\"success\":true}");
        }
    }

    private void commit(FakeExchange exchange, Matcher match) throws IOException {
        FakeModel model = hub.find(FakeExchange.unquoted(match.group(1))).orElseThrow();
        String branch = FakeExchange.unquoted(match.group(2));
        Map<String, FakeFile> files = new LinkedHashMap<>();
        String message = null;
        for (String line : new String(exchange.body.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
            if (line.isBlank()) {
                continue;
            }
            Map<String, String> wish = flat(line.getBytes(StandardCharsets.UTF_8));
            switch (wish.get("key")) {
                case "header" -> {
                    message = wish.get("summary");
                    String parent = wish.get("parentCommit");
                    if (parent != null && !model.sha(branch).equals(Optional.of(parent))) {
                        exchange.json(
                                412, "{\"error\":\"A commit has happened since. Please refresh and try again.\"}");
                        return;
                    }
                }
                case "file" ->
                    files.put(
                            wish.get("path"),
                            FakeFile.regular(Content.of(Base64.getDecoder().decode(wish.get("content")))));
                case "lfsFile" -> {
                    Content content = objects.get(wish.get("oid"));
                    if (content == null || content.size() != Long.parseLong(wish.get("size"))) {
                        exchange.json(400, "{\"error\":\"a large file that was not uploaded\"}");
                        return;
                    }
                    files.put(wish.get("path"), FakeFile.large(content, wish.get("oid")));
                }
                default -> {
                    exchange.json(400, "{\"error\":\"what is " + wish.get("key") + "?\"}");
                    return;
                }
            }
        }
        boolean pullRequest = exchange.query.getOrDefault("create_pr", "").equals("1");
        String target = pullRequest ? "refs/pr/" + numbers.incrementAndGet() : branch;
        if (pullRequest) {
            model.ref(target, model.sha(branch).orElseThrow());
        }
        String sha = model.commit(target, files);
        model.message(sha, message);
        String page = hub.endpoint() + "/" + model.name();
        exchange.json(
                200,
                "{\"success\":true,\"commitOid\":\"" + sha + "\",\"commitUrl\":\"" + page + "/commit/" + sha + "\""
                        + (pullRequest
                                ? ",\"pullRequestUrl\":\"" + page + "/discussions/" + target.replace("refs/pr/", "")
                                        + "\""
                                : "")
                        + "}");
    }

    /** The scalars of an object and of the objects in it, by their keys. */
    private static Map<String, String> flat(byte[] json) throws IOException {
        Map<String, String> flat = new LinkedHashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
                    flat.put(parser.currentName(), parser.getText());
                }
            }
        }
        return flat;
    }

    /** The objects of a list, and the lines of {@code gitIgnore}. */
    private static void read(byte[] json, String list, List<Map<String, String>> objects, List<String> ignored)
            throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            boolean inList = false;
            Map<String, String> object = null;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.START_ARRAY && list.equals(parser.currentName())) {
                    inList = true;
                } else if (token == JsonToken.END_ARRAY) {
                    inList = false;
                } else if (inList && token == JsonToken.START_OBJECT) {
                    object = new LinkedHashMap<>();
                    objects.add(object);
                } else if (inList && token.isScalarValue() && object != null) {
                    object.put(parser.currentName(), parser.getText());
                } else if (token.isScalarValue() && "gitIgnore".equals(parser.currentName())) {
                    parser.getText().lines().filter(line -> !line.isBlank()).forEach(ignored::add);
                }
            }
        }
    }
}
