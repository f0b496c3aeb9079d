package dev.fundir.cli;

import java.util.Locale;

/** Seconds as people say them. */
final class Duration {
    private Duration() {}

    /** Such as {@code 0.84 s}, {@code 42 s}, {@code 3:07 min}. */
    static String format(double seconds) {
        if (seconds < 9.95) {
            return String.format(Locale.ROOT, "%.2f s", seconds);
        }
        long whole = Math.round(seconds);
        return whole < 60 ? whole + " s" : String.format(Locale.ROOT, "%d:%02d min", whole / 60, whole % 60);
    }
}
