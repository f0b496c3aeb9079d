package dev.fundir.hub.fake;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A model of the fake Hub: its commits and branches, and who may see it. Safe for many threads. */
public final class FakeModel {
    private final String name;
    private final Map<String, Map<String, FakeFile>> commits = new LinkedHashMap<>();
    private final Map<String, String> refs = new LinkedHashMap<>();
    private final Map<String, String> messages = new LinkedHashMap<>();
    private boolean isPrivate;
    private boolean gated;
    private boolean disabled;
    private String extraInfo = "";

    FakeModel(String name) throws IOException {
        this.name = name;
        commit("main", Map.of());
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Makes it private. */
    public synchronized FakeModel setPrivate() {
        isPrivate = true;
        return this;
    }

    /** Makes it gated. */
    public synchronized FakeModel setGated() {
        gated = true;
        return this;
    }

    /** Makes the Hub take it down. */
    public synchronized FakeModel setDisabled() {
        disabled = true;
        return this;
    }

    /** Adds members to its info, such as {@code "safetensors":{…}}. */
    public synchronized FakeModel setInfo(String json) {
        extraInfo = "," + json;
        return this;
    }

    synchronized String extraInfo() {
        return extraInfo;
    }

    synchronized boolean isPrivate() {
        return isPrivate;
    }

    synchronized boolean isGated() {
        return gated;
    }

    synchronized boolean isDisabled() {
        return disabled;
    }

    /** Adds a file that git keeps itself, in a commit of its own. */
    public FakeModel regular(String path, byte[] bytes) throws IOException {
        return add(path, FakeFile.regular(Content.of(bytes)));
    }

    /** Adds a text, in a commit of its own. */
    public FakeModel regular(String path, String text) throws IOException {
        return regular(path, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a file of Git LFS, in a commit of its own. */
    public FakeModel large(String path, Content content) throws IOException {
        return add(path, FakeFile.large(content));
    }

    /** Adds a file of Git LFS, in a commit of its own. */
    public FakeModel large(String path, byte[] bytes) throws IOException {
        return large(path, Content.of(bytes));
    }

    private FakeModel add(String path, FakeFile file) throws IOException {
        commit("main", Map.of(path, file));
        return this;
    }

    /** Adds files to a branch, and returns the commit's hash. */
    public synchronized String commit(String branch, Map<String, FakeFile> files) throws IOException {
        Map<String, FakeFile> all = new TreeMap<>(files(branch).orElse(Map.of()));
        all.putAll(files);
        String sha = Content.of((name + commits.size() + all.keySet()).getBytes(StandardCharsets.UTF_8))
                .gitOid();
        commits.put(sha, all);
        refs.put(branch, sha);
        return sha;
    }

    synchronized void message(String sha, String message) {
        messages.put(sha, message);
    }

    /** What a commit that was uploaded says of itself. */
    public synchronized String message(String sha) {
        return messages.get(sha);
    }

    /** Makes a branch or a tag of a commit. */
    public synchronized FakeModel ref(String branch, String sha) {
        refs.put(branch, sha);
        return this;
    }

    /** Branches and tags, with their commits. */
    public synchronized Map<String, String> refs() {
        return new LinkedHashMap<>(refs);
    }

    /** The commit that a revision is. */
    public synchronized Optional<String> sha(String revision) {
        return Optional.ofNullable(refs.get(revision)).or(() -> commits.keySet().stream()
                .filter(sha -> revision.length() >= 7 && sha.startsWith(revision))
                .findFirst());
    }

    /** The files at a revision. */
    public synchronized Optional<Map<String, FakeFile>> files(String revision) {
        return sha(revision).map(commits::get).map(TreeMap::new);
    }
}
