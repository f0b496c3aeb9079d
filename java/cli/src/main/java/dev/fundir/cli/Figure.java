package dev.fundir.cli;

import java.math.BigDecimal;
import java.math.MathContext;

/** Numbers as tables show them: three digits, and never more than eight characters. */
final class Figure {
    private static final MathContext DIGITS = new MathContext(3);

    private Figure() {}

    /** Such as {@code 0.0123}, {@code -1.2}, {@code 3.4e-5}, {@code 12300}; a dash for NaN. */
    static String of(double number) {
        if (Double.isNaN(number)) {
            return "-";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "Inf" : "-Inf";
        }
        if (number == 0) {
            return "0";
        }
        BigDecimal rounded = new BigDecimal(number).round(DIGITS).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent >= -3 && exponent < 6) {
            return rounded.toPlainString();
        }
        String digits = rounded.movePointLeft(exponent).toPlainString();
        return digits + "e" + exponent;
    }

    /** A part of a whole in per cent; at most five characters. */
    static String percent(long part, long whole) {
        if (part == 0) {
            return "0%";
        }
        double percent = 100.0 * part / whole;
        return percent < 0.01
                ? "<.01%"
                : new BigDecimal(percent)
                                .round(new MathContext(2))
                                .stripTrailingZeros()
                                .toPlainString() + "%";
    }
}
