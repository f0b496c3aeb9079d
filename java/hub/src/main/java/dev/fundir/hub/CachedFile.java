package dev.fundir.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file's place in the cache: the blob that has its hash for a name, and the snapshot that shows it. */
final class CachedFile implements FilePlace {
    private final CachedModel model;
    private final RemoteFile file;
    private final Path pointer;

    CachedFile(CachedModel model, String commit, RemoteFile file) throws HubException {
        this.model = model;
        this.file = file;
        this.pointer = model.snapshot(commit).resolve(RemotePath.checked(file.path()));
    }

    @Override
    public Path path() {
        return pointer;
    }

    /** A file of another size than the Hub says is none: it was cut, or written by something else. */
    @Override
    public boolean isThere() throws IOException {
        return isWhole(pointer);
    }

    @Override
    public Path lock() throws IOException {
        return model.lock(hash());
    }

    @Override
    public boolean find() throws IOException {
        if (isThere()) {
            return true;
        }
        Path blob = model.blob(hash());
        if (!isWhole(blob)) {
            return false;
        }
        model.cache().show(blob, pointer, false);
        return true;
    }

    @Override
    public Path partial() throws IOException {
        Path blob = model.blob(hash());
        Files.createDirectories(blob.getParent());
        Path partial = blob.resolveSibling(blob.getFileName() + ".fundir.incomplete");
        Path begun = blob.resolveSibling(blob.getFileName() + ".incomplete");
        if (!Files.exists(partial) && Files.exists(begun)) {
            // Of the older Python tools, which go on with it under the lock that is held here. It is a beginning.
            Files.move(begun, partial, StandardCopyOption.ATOMIC_MOVE);
        }
        return partial;
    }

    @Override
    public void put(Path complete) throws IOException {
        Path blob = model.blob(hash());
        CacheFolder.move(complete, blob);
        model.cache().show(blob, pointer, true);
    }

    private ContentHash hash() throws HubException {
        return ContentHash.of(file);
    }

    private boolean isWhole(Path path) throws IOException {
        try {
            return Files.isRegularFile(path) && Files.size(path) == file.size();
        } catch (NoSuchFileException e) {
            // Deleted in between.
            return false;
        }
    }
}
