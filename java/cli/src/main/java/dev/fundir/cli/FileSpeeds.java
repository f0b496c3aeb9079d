package dev.fundir.cli;

import dev.fundir.hub.TransferProgress.FileProgress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How fast each file comes along since it was first seen. */
final class FileSpeeds {
    /** Characters of the longest text. */
    static final int WIDTH = 23;

    /** Before this a speed says nothing. */
    private static final double SETTLED_SECONDS = 0.5;

    private record Start(long bytes, double seconds) {}

    private final Map<String, Start> starts = new HashMap<>();

    /** Speed and time left, such as {@code 12.3 MB/s, 42 s left}; empty as long as nothing can be said. */
    String text(FileProgress file, double seconds) {
        Start start = starts.computeIfAbsent(file.path(), path -> new Start(file.bytesDone(), seconds));
        double passed = seconds - start.seconds();
        double speed = (file.bytesDone() - start.bytes()) / passed;
        if (passed < SETTLED_SECONDS || !(speed > 0)) {
            return "";
        }
        double left = (file.bytesTotal() - file.bytesDone()) / speed;
        return "  " + ByteSize.format((long) speed) + "/s, " + Duration.format(left);
    }

    /** Forgets files that are no longer on their way. */
    void keep(List<FileProgress> current) {
        starts.keySet().retainAll(current.stream().map(FileProgress::path).toList());
    }
}
