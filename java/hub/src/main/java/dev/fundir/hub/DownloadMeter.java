package dev.fundir.hub;

import dev.fundir.hub.TransferProgress.FileProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what a download has done. Safe for many threads. */
final class DownloadMeter {
    private final long start = System.nanoTime();
    private final List<FileMeter> files = new ArrayList<>();

    /** Adds a file to be downloaded. */
    synchronized FileMeter add(RemoteFile file) {
        FileMeter meter = new FileMeter(file);
        files.add(meter);
        return meter;
    }

    /** How far it is. */
    synchronized TransferProgress progress() {
        int filesDone = 0;
        long done = 0;
        long total = 0;
        long reused = 0;
        List<FileProgress> current = new ArrayList<>();
        for (FileMeter file : files) {
            long bytes = file.done.get();
            done += bytes;
            total += file.file.size();
            reused += file.reused.get();
            if (file.isDone) {
                filesDone++;
            } else if (file.isBegun) {
                current.add(new FileProgress(file.file.path(), bytes, file.file.size()));
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new TransferProgress(filesDone, files.size(), done, total, reused, List.copyOf(current), seconds);
    }

    /** Counts what is done of a file. Safe for many threads. */
    static final class FileMeter {
        private final RemoteFile file;
        private final AtomicLong done = new AtomicLong();
        private final AtomicLong reused = new AtomicLong();
        private volatile boolean isBegun;
        private volatile boolean isDone;

        private FileMeter(RemoteFile file) {
            this.file = file;
        }

        /** So many bytes were there before. */
        void begin(long bytes) {
            done.set(bytes);
            reused.set(bytes);
            isBegun = true;
        }

        /** So many bytes more were downloaded. */
        void add(long bytes) {
            done.addAndGet(bytes);
        }

        /** The file is complete. */
        void end() {
            isDone = true;
        }

        /** All of the file was there before. */
        void reuse() {
            begin(file.size());
            end();
        }
    }
}
