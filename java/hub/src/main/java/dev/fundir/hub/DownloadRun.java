package dev.fundir.hub;

import dev.fundir.internal.CheckpointLayout;
import dev.fundir.internal.FileFailure;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A download while it runs. For one thread, and once. */
final class DownloadRun {
    private final Transport transport;
    private final ModelId id;
    private final ModelFiles choice;
    private final Optional<LocalFolder> folder;
    private final CachedModel cached;
    private final int threads;
    private final int chunk;
    private final TransferListener listener;
    private final DownloadMeter meter = new DownloadMeter();
    private final Queue<String> notices = new ConcurrentLinkedQueue<>();

    DownloadRun(
            Hub hub,
            ModelId id,
            ModelFiles choice,
            Optional<Path> folder,
            int threads,
            int chunk,
            TransferListener listener) {
        this.transport = hub.transport();
        this.id = id;
        this.choice = choice;
        this.folder = folder.map(LocalFolder::new);
        this.cached = CacheFolder.of(hub.cacheFolder()).model(id);
        this.threads = threads;
        this.chunk = chunk;
        this.listener = listener;
    }

    Path run() throws IOException {
        Path memory = folder.map(LocalFolder::memory).orElse(cached.folder());
        ModelSource source = ModelSource.find(transport, id, cached, memory, notices::add);
        tell();
        ModelListing listing = source.listing();
        rememberMissing(source);
        List<RemoteFile> files = choice.choose(listing.files(), id, notices::add);
        tell();
        if (source.absence().isEmpty()) {
            begin(listing, memory);
        }
        try (Connections connections = new Connections(threads)) {
            DownloadContext context = new DownloadContext(
                    transport, id, listing.commit(), chunk, connections, threads, meter, notices::add);
            Optional<RemoteFile> index = choice.index(files);
            if (index.isPresent()) {
                bring(List.of(index.get()), source, context);
                files = choice.withShards(files, listing.files(), shards(listing.commit(), index.get()), index.get());
                files.remove(index.get());
            }
            bring(files, source, context);
        }
        return root(listing.commit());
    }

    /** Makes what the files go into, and keeps the listing. */
    private void begin(ModelListing listing, Path memory) throws IOException {
        if (folder.isPresent()) {
            folder.get().create();
            rememberRevision(listing.commit());
        } else {
            cached.begin(listing.commit());
        }
        listing.save(memory);
    }

    /** A local folder does not say which commit a branch was; the cache does, if it can be written. */
    private void rememberRevision(String commit) throws IOException {
        try {
            cached.begin(commit);
        } catch (FileSystemException e) {
            notices.add("the cache cannot be written (" + FileFailure.sentence(e) + "): without the Hub, the folder is"
                    + " found only by the commit " + commit);
        }
    }

    private void rememberMissing(ModelSource source) throws IOException {
        if (source.absence().isEmpty() && folder.isEmpty()) {
            for (String name : choice.missing(source.listing().files())) {
                cached.begin(source.listing().commit());
                cached.rememberMissing(source.listing().commit(), RemotePath.checked(name));
            }
        }
    }

    /** The shards that the index names, relative to the model. */
    private List<Path> shards(String commit, RemoteFile index) throws IOException {
        Path root = root(commit);
        CheckpointLayout layout = CheckpointLayout.find(root.resolve(index.path()));
        return layout.files().stream().map(root::relativize).toList();
    }

    private void bring(List<RemoteFile> files, ModelSource source, DownloadContext context) throws IOException {
        List<FileDownload> missing = new ArrayList<>();
        // The longest first: then none of them is left over when all others are done.
        for (RemoteFile file : files.stream()
                .sorted(Comparator.comparingLong(RemoteFile::size).reversed())
                .toList()) {
            FileDownload download = new FileDownload(context, file, place(context.commit(), file));
            if (!download.isThere()) {
                missing.add(download);
            }
        }
        if (source.absence().isPresent() && !missing.isEmpty()) {
            bringCached(missing, source.absence().get());
        } else {
            Workers.run(
                    missing,
                    threads,
                    download -> {
                        download.run();
                        return download.name();
                    },
                    this::tell);
        }
        tell();
    }

    /** Without the Hub, files may still be cached under another name, or have to be copied. */
    private void bringCached(List<FileDownload> missing, HubException absence) throws IOException {
        List<String> names = new ArrayList<>();
        for (FileDownload download : missing) {
            if (!download.find()) {
                names.add(download.name());
            }
        }
        if (!names.isEmpty()) {
            throw new HubException(
                    absence.reason(),
                    "what is cached of the model " + id + " lacks "
                            + String.join(", ", names.subList(0, Math.min(5, names.size())))
                            + (names.size() > 5 ? " and " + (names.size() - 5) + " more files" : "")
                            + ", and the Hub cannot be asked: " + absence.getMessage(),
                    absence);
        }
    }

    private FilePlace place(String commit, RemoteFile file) throws HubException {
        CachedFile inCache = cached.file(commit, file);
        return folder.isPresent() ? new LocalFile(folder.get(), commit, file, inCache) : inCache;
    }

    private Path root(String commit) {
        return folder.map(LocalFolder::path).orElseGet(() -> cached.snapshot(commit));
    }

    private void tell() {
        for (String notice = notices.poll(); notice != null; notice = notices.poll()) {
            listener.notice(notice);
        }
        listener.progress(meter.progress());
    }
}
