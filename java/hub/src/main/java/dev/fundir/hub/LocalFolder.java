package dev.fundir.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A folder of the user's that shows the files of a model by their names, and remembers in {@code .cache/huggingface}
 * what they are, as the Python tools do. Immutable, safe for many threads and processes.
 */
final class LocalFolder {
    private static final int LONGEST_NAME = 30;

    private final Path folder;
    private final Path memory;

    LocalFolder(Path folder) {
        this.folder = folder;
        this.memory = folder.resolve(".cache").resolve("huggingface");
    }

    /**
     * What is remembered of a file.
     *
     * @param commit that it was of
     * @param etag the hash it had
     */
    record Memo(String commit, String etag) {}

    /** The folder itself. */
    Path path() {
        return folder;
    }

    /** The folder with the listings. */
    Path memory() {
        return memory;
    }

    /** Makes the folder, and keeps what is remembered out of backups and of git. */
    void create() throws IOException {
        CacheFolder.tag(memory);
        Path ignored = memory.resolve(".gitignore");
        if (!Files.exists(ignored)) {
            CacheFolder.writeWhole(ignored, "*");
        }
    }

    /** Where a file belongs. */
    Path file(String path) {
        return folder.resolve(path);
    }

    /** The lock of a file and of what is remembered of it. */
    Path lock(String path) {
        return memory.resolve("download").resolve(path + ".lock");
    }

    /** Where a file lies until it is whole. */
    Path partial(String path, ContentHash hash) {
        Path lock = lock(path);
        String name = lock.getFileName().toString();
        // The whole name and the hash can be longer than a name may be.
        String cut =
                name.substring(0, Math.min(LONGEST_NAME, name.length())) + "." + Integer.toHexString(name.hashCode());
        return lock.resolveSibling(cut + "." + hash.hex() + ".fundir.incomplete");
    }

    /**
     * What is remembered of a file, if that still holds: it does not when the file was changed afterwards.
     *
     * @param path of the file; its lock is held
     */
    Optional<Memo> memo(String path) throws IOException {
        try {
            List<String> lines = Files.readAllLines(memoPath(path));
            if (lines.size() < 3 || !lines.get(2).strip().matches("\\d{1,15}(\\.\\d*)?(e[+]?\\d{1,2})?")) {
                return Optional.empty();
            }
            double written = Double.parseDouble(lines.get(2).strip());
            double changed = Files.getLastModifiedTime(file(path)).toMillis() / 1000.0;
            // A second more or less: file systems do not all know fractions of them.
            return changed - 1 <= written
                    ? Optional.of(new Memo(lines.get(0).strip(), lines.get(1).strip()))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Remembers what a file is; its lock is held. */
    void remember(String path, Memo memo) throws IOException {
        Instant now = Instant.now();
        String seconds = String.format(Locale.ROOT, "%d.%06d", now.getEpochSecond(), now.getNano() / 1000);
        CacheFolder.writeWhole(memoPath(path), memo.commit() + "\n" + memo.etag() + "\n" + seconds + "\n");
    }

    private Path memoPath(String path) {
        return memory.resolve("download").resolve(path + ".metadata");
    }
}
