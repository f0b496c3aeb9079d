package dev.fundir.hub;

import dev.fundir.ffi.LockFile;
import dev.fundir.hub.HubException.Reason;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Brings one file to its place: from there, from what this machine has, or from the Hub. It becomes visible when its
 * size and its hash were found to be right. Other threads and processes that want the same file wait meanwhile, and
 * find it then. For one thread.
 */
final class FileDownload {
    private final DownloadContext context;
    private final RemoteFile file;
    private final FilePlace place;
    private final DownloadMeter.FileMeter meter;

    FileDownload(DownloadContext context, RemoteFile file, FilePlace place) {
        this.context = context;
        this.file = file;
        this.place = place;
        this.meter = context.meter().add(file);
    }

    /** Whether all of it is there, so that there is nothing to run. */
    boolean isThere() throws IOException {
        if (!place.isThere()) {
            return false;
        }
        meter.reuse();
        return true;
    }

    /**
     * Brings it.
     *
     * @throws HubException when it cannot be downloaded, or is not what the Hub said it is
     * @throws IOException when it cannot be written
     */
    void run() throws IOException {
        if (isThere()) {
            return;
        }
        ContentHash hash = ContentHash.of(file);
        LockFile lock = LockWait.take(place.lock(), file.path(), context.notices());
        try {
            if (place.find()) {
                meter.reuse();
                return;
            }
            fetch(hash);
            meter.end();
        } finally {
            lock.close();
        }
    }

    /** Brings it from what this machine has; answers whether it is there then. */
    boolean find() throws IOException {
        if (file.oid().isEmpty()) {
            return false; // only its name is known
        }
        LockFile lock = LockWait.take(place.lock(), file.path(), context.notices());
        try {
            boolean isFound = place.find();
            if (isFound) {
                meter.reuse();
            }
            return isFound;
        } finally {
            lock.close();
        }
    }

    /** Its path in the model. */
    String name() {
        return file.path();
    }

    private void fetch(ContentHash hash) throws IOException {
        Path path = place.partial();
        requireRoom(path);
        try (PartialFile partial = PartialFile.open(path, file.size(), context.chunk())) {
            long resumed = partial.done();
            meter.begin(resumed);
            ContentHash found = transfer(partial, hash);
            if (!found.equals(hash) && resumed > 0) {
                // What was there from before is as likely to be wrong as what came now.
                partial.reset();
                meter.begin(0);
                found = transfer(partial, hash);
            }
            if (!found.equals(hash)) {
                partial.delete();
                throw new HubException(
                        Reason.MISMATCH,
                        context.what(file) + ": its bytes have the hash " + found.hex() + ", the Hub says " + hash.hex()
                                + "; nothing of it was kept. Try again; if it stays so, tell its owner");
            }
            partial.complete();
        }
        place.put(path);
    }

    private ContentHash transfer(PartialFile partial, ContentHash hash) throws IOException {
        return new ChunkTransfer(context, file, partial, meter).run(hash.start(file.size()));
    }

    private void requireRoom(Path partial) throws IOException {
        long there = Files.exists(partial) ? Math.min(file.size(), Files.size(partial)) : 0;
        long room = Files.getFileStore(partial.getParent()).getUsableSpace();
        if (file.size() - there > room) {
            throw new FileSystemException(
                    partial.toString(),
                    null,
                    "no room for " + file.path() + ": it takes " + file.size() + " bytes, the disk has " + room
                            + ". Make room, or name another folder by HF_HUB_CACHE");
        }
    }
}
