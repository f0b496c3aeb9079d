package dev.fundir.hub;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts what an upload has moved. Safe for many threads. */
final class UploadMeter {
    private final long begin = System.nanoTime();
    private final int filesTotal;
    private final long bytesTotal;
    private final Map<UploadFile, Long> current = new LinkedHashMap<>();
    private int filesDone;
    private long bytesDone;
    private long bytesReused;

    UploadMeter(List<UploadFile> files) {
        filesTotal = files.size();
        bytesTotal = files.stream().mapToLong(UploadFile::size).sum();
    }

    /** Bytes of a file were read to be sent; a negative number when they have to be sent again. */
    synchronized void moved(UploadFile file, long bytes) {
        current.merge(file, bytes, Long::sum);
        bytesDone += bytes;
    }

    /** A file was sent. */
    synchronized void sent(UploadFile file) {
        filesDone++;
        bytesDone += file.size() - current.getOrDefault(file, 0L);
        current.remove(file);
    }

    /** A file did not have to be sent. */
    synchronized void reused(UploadFile file) {
        filesDone++;
        bytesDone += file.size();
        bytesReused += file.size();
    }

    synchronized TransferProgress progress() {
        List<TransferProgress.FileProgress> under = new ArrayList<>();
        current.forEach((file, bytes) -> under.add(new TransferProgress.FileProgress(file.path(), bytes, file.size())));
        return new TransferProgress(
                filesDone,
                filesTotal,
                bytesDone,
                bytesTotal,
                bytesReused,
                List.copyOf(under),
                (System.nanoTime() - begin) / 1e9);
    }
}
