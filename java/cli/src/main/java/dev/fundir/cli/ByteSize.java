package dev.fundir.cli;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * A number of bytes as people write it.
 *
 * @param bytes the number
 */
record ByteSize(long bytes) {
    private static final Pattern WRITTEN =
            Pattern.compile("(\\d+(?:\\.\\d+)?) ?([KMGT]?)(I?)B?", Pattern.CASE_INSENSITIVE);
    private static final String PREFIXES = "KMGT";

    /** Reads {@code 500MB}, {@code 5GB} (decimal), {@code 512MiB} or a plain number. */
    static ByteSize parse(String text) {
        Matcher matcher = WRITTEN.matcher(text.trim());
        if (!matcher.matches()
                || (!matcher.group(3).isEmpty() && matcher.group(2).isEmpty())) {
            throw unfit(text);
        }
        int power = matcher.group(2).isEmpty()
                ? 0
                : PREFIXES.indexOf(Character.toUpperCase(matcher.group(2).charAt(0))) + 1;
        BigDecimal unit =
                BigDecimal.valueOf(matcher.group(3).isEmpty() ? 1000 : 1024).pow(power);
        try {
            long bytes = new BigDecimal(matcher.group(1))
                    .multiply(unit)
                    .toBigInteger()
                    .longValueExact();
            if (bytes == 0) {
                throw unfit(text);
            }
            return new ByteSize(bytes);
        } catch (ArithmeticException e) {
            throw unfit(text);
        }
    }

    private static TypeConversionException unfit(String text) {
        return new TypeConversionException("'" + text + "' is not a size, expected one such as 500MB, 5GB or 512MiB");
    }

    /** Decimal units and three digits, such as {@code 2.20 GB}. */
    static String format(long bytes) {
        return bytes < 1000 ? bytes + " B" : scaled(bytes, new String[] {" kB", " MB", " GB", " TB", " PB", " EB"});
    }

    /** A count of parameters or elements, such as {@code 1.10 B}. */
    static String count(long count) {
        return count < 1000 ? Long.toString(count) : scaled(count, new String[] {" K", " M", " B", " T", " Q", " Qi"});
    }

    private static String scaled(long number, String[] units) {
        double scaled = number / 1000.0;
        int unit = 0;
        while (scaled >= 999.5 && unit < units.length - 1) {
            scaled /= 1000;
            unit++;
        }
        int decimals = scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
        return String.format(Locale.ROOT, "%." + decimals + "f%s", scaled, units[unit]);
    }
}
