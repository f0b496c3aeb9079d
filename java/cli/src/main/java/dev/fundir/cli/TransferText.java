package dev.fundir.cli;

import dev.fundir.hub.TransferProgress;
import java.util.Locale;

/** How far a download or upload is, in words. */
final class TransferText {
    /** Before this nothing is said about speed and the time left. */
    private static final double SETTLED_SECONDS = 0.5;

    private TransferText() {}

    /** The done part of the whole, 0 to 1. */
    static double fraction(TransferProgress progress) {
        return fraction(progress.bytesDone(), progress.bytesTotal());
    }

    static double fraction(long done, long all) {
        return all <= 0 ? 0 : Math.min(1, (double) done / all);
    }

    /** Such as {@code 42% 1.23 GB of 2.20 GB, file 3 of 12, 120 MB/s, 9.1 s left}. */
    static String figures(TransferProgress progress) {
        return String.format(
                Locale.ROOT,
                "%3.0f%% %s of %s, file %d of %d%s",
                Math.floor(fraction(progress) * 100),
                ByteSize.format(progress.bytesDone()),
                ByteSize.format(progress.bytesTotal()),
                progress.filesDone(),
                progress.filesTotal(),
                speed(progress));
    }

    private static String speed(TransferProgress progress) {
        double speed = progress.bytesPerSecond();
        if (progress.seconds() < SETTLED_SECONDS || !(speed > 0)) {
            return "";
        }
        double left = (progress.bytesTotal() - progress.bytesDone()) / speed;
        return ", " + ByteSize.format((long) speed) + "/s, " + Duration.format(left) + " left";
    }
}
