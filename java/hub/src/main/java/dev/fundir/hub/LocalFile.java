package dev.fundir.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file's place in a folder of the user's. A file that is there already, with other bytes, is replaced. */
final class LocalFile implements FilePlace {
    private static final int AT_ONCE = 1 << 20;

    private final LocalFolder folder;
    private final String commit;
    private final RemoteFile file;
    private final CachedFile cached;
    private final Path target;

    LocalFile(LocalFolder folder, String commit, RemoteFile file, CachedFile cached) throws HubException {
        this.folder = folder;
        this.commit = commit;
        this.file = file;
        this.cached = cached;
        this.target = folder.file(RemotePath.checked(file.path()));
    }

    @Override
    public Path path() {
        return target;
    }

    /** Only under its lock one knows. */
    @Override
    public boolean isThere() {
        return false;
    }

    @Override
    public Path lock() {
        return folder.lock(file.path());
    }

    @Override
    public boolean find() throws IOException {
        ContentHash hash = ContentHash.of(file);
        if (isFile() && (isRemembered(hash) || hasHash(hash))) {
            remember(hash);
            return true;
        }
        if (cached.isThere()) {
            Files.createDirectories(target.getParent());
            CacheFolder.copy(cached.path(), target);
            remember(hash);
            return true;
        }
        return false;
    }

    @Override
    public Path partial() throws IOException {
        Path partial = folder.partial(file.path(), ContentHash.of(file));
        Files.createDirectories(partial.getParent());
        return partial;
    }

    @Override
    public void put(Path complete) throws IOException {
        Files.createDirectories(target.getParent());
        CacheFolder.move(complete, target);
        remember(ContentHash.of(file));
    }

    private boolean isFile() throws IOException {
        try {
            return Files.isRegularFile(target) && Files.size(target) == file.size();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private boolean isRemembered(ContentHash hash) throws IOException {
        return folder.memo(file.path())
                .filter(memo -> memo.etag().equals(hash.hex()))
                .isPresent();
    }

    private boolean hasHash(ContentHash hash) throws IOException {
        ContentHash.Digest digest = hash.start(file.size());
        ByteBuffer bytes = ByteBuffer.allocateDirect(AT_ONCE);
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.READ)) {
            while (channel.read(bytes) >= 0) {
                digest.update(bytes.flip());
                bytes.clear();
            }
        }
        return digest.end().equals(hash);
    }

    private void remember(ContentHash hash) throws IOException {
        folder.remember(file.path(), new LocalFolder.Memo(commit, hash.hex()));
    }
}
