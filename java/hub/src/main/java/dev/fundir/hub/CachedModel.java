package dev.fundir.hub;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is cached of a model: files by their hashes, snapshots that show them by their names, and which commit a branch
 * was when it was last looked at. Immutable, safe for many threads and processes.
 */
final class CachedModel {
    private static final String COMMIT = "[0-9a-f]{40}";

    private final CacheFolder cache;
    private final ModelId id;
    private final Path folder;
    private final Path locks;

    CachedModel(CacheFolder cache, ModelId id) {
        String name = "models--" + id.name().replace("/", "--");
        this.cache = cache;
        this.id = id;
        this.folder = cache.path().resolve(name);
        this.locks = cache.path().resolve(".locks").resolve(name);
    }

    /** Whether a revision is a commit's whole hash, which never means anything else. */
    static boolean isCommit(String revision) {
        return revision.matches(COMMIT);
    }

    /** The folder of all of it, which has the listings too. */
    Path folder() {
        return folder;
    }

    /** The commit that the revision was when the Hub was last asked. */
    Optional<String> commit() throws IOException {
        if (isCommit(id.revision())) {
            return Optional.of(id.revision());
        }
        try {
            String commit = Files.readString(ref()).strip();
            return Optional.of(commit).filter(CachedModel::isCommit);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Makes the snapshot of a commit, and remembers that the revision is this commit. */
    void begin(String commit) throws IOException {
        cache.create();
        // The Python tools take a revision without its snapshot for damage.
        Files.createDirectories(snapshot(commit));
        if (id.revision().equals(commit) || commit().equals(Optional.of(commit))) {
            return;
        }
        Files.createDirectories(ref().getParent());
        CacheFolder.writeWhole(ref(), commit);
    }

    /** The folder that shows the files of a commit by their names. */
    Path snapshot(String commit) {
        return folder.resolve("snapshots").resolve(commit);
    }

    /** Where a file of a commit is to be seen. */
    CachedFile file(String commit, RemoteFile file) throws HubException {
        return new CachedFile(this, commit, file);
    }

    /** Where a file is by its hash. */
    Path blob(ContentHash hash) {
        return folder.resolve("blobs").resolve(hash.hex());
    }

    /** The lock that whoever makes this file takes. */
    Path lock(ContentHash hash) {
        return locks.resolve(hash.hex() + ".lock");
    }

    /** The cache it is part of. */
    CacheFolder cache() {
        return cache;
    }

    /** Remembers that a commit has no file of this name. */
    void rememberMissing(String commit, String path) throws IOException {
        Path mark = folder.resolve(".no_exist").resolve(commit).resolve(path);
        Files.createDirectories(mark.getParent());
        try {
            Files.createFile(mark);
        } catch (FileAlreadyExistsException e) {
            // It is known already.
            return;
        }
    }

    /** The files that are to be seen in a snapshot; nothing is known of them but names and sizes. */
    List<RemoteFile> shown(String commit) throws IOException {
        Path snapshot = snapshot(commit);
        if (!Files.isDirectory(snapshot)) {
            return List.of();
        }
        List<RemoteFile> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(snapshot)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                String path = snapshot.relativize(file).toString().replace('\\', '/');
                files.add(new RemoteFile(path, Files.size(file), "", Optional.empty()));
            }
        }
        return files;
    }

    private Path ref() {
        return folder.resolve("refs").resolve(id.revision());
    }
}
