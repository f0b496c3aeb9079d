package dev.fundir.hub;

import java.util.List;

/**
 * How far a download or an upload is.
 *
 * @param filesDone files that are complete
 * @param filesTotal files in all
 * @param bytesDone bytes that are there, those that were there before included
 * @param bytesTotal bytes of all files
 * @param bytesReused bytes that did not have to be moved: cached, resumed, or known to the Hub
 * @param current the files that are under way
 * @param seconds since it began
 */
public record TransferProgress(
        int filesDone,
        int filesTotal,
        long bytesDone,
        long bytesTotal,
        long bytesReused,
        List<FileProgress> current,
        double seconds) {
    /**
     * How far a file is.
     *
     * @param path in the model
     * @param bytesDone bytes that are there
     * @param bytesTotal its size
     */
    public record FileProgress(String path, long bytesDone, long bytesTotal) {}

    /**
     * How fast it is.
     *
     * @return bytes moved in a second, on average since it began; 0 in the first moment
     */
    public double bytesPerSecond() {
        return seconds <= 0 ? 0 : (bytesDone - bytesReused) / seconds;
    }
}
