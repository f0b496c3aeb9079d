package dev.fundir.cli;

import java.util.Locale;

/** Cosines, with enough digits behind the point to tell those near 1 apart. */
final class Cosine {
    private Cosine() {}

    /** Such as {@code 0.81}, {@code 0.999972}; 1 only when it is. */
    static String format(double cosine) {
        if (Double.isNaN(cosine)) {
            return "-";
        }
        if (cosine == 1) {
            return "1";
        }
        String six = String.format(Locale.ROOT, "%.6f", cosine);
        return six.equals("1.000000") ? ">0.999999" : six;
    }
}
