package dev.fundir.merge;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * A parameter that a merge method declares.
 *
 * @param name mergekit's name for it, such as {@code density}
 * @param scope whether it is one for the merge or one for each model
 * @param kind what its values are
 * @param defaultValue its value where none is given; empty when one has to be given
 * @param lowest the lowest number allowed, may be infinite
 * @param highest the highest number allowed, may be infinite
 * @param choices the words to choose from, for {@link Kind#CHOICE}
 */
public record MergeParameter(
        String name,
        Scope scope,
        Kind kind,
        OptionalDouble defaultValue,
        double lowest,
        double highest,
        List<String> choices) {
    private static final Pattern DECIMAL = Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");
    private static final Pattern NOT_FINITE = Pattern.compile("[-+]?\\.?(nan|inf|infinity)", Pattern.CASE_INSENSITIVE);

    /** Whom a parameter belongs to. */
    public enum Scope {
        /** One value for the merge. */
        SHARED,
        /** One value for each model; a base has none. */
        MODEL
    }

    /** What the values of a parameter are. */
    public enum Kind {
        /** A finite number between the bounds. */
        NUMBER,
        /** A whole number between the bounds. */
        COUNT,
        /** True or false. */
        BOOLEAN,
        /** One of the choices. */
        CHOICE
    }

    /**
     * The number that stands for a value in a plan.
     *
     * @param value a {@link Number}, a {@link Boolean}, or any of these or a choice as text
     * @throws IllegalArgumentException says what was found and what was expected
     */
    double encode(Object value) {
        return switch (kind) {
            case NUMBER -> number(value);
            case COUNT -> count(value);
            case BOOLEAN -> truth(value);
            case CHOICE -> choice(value);
        };
    }

    /** The value that a number stands for: a Double, a Boolean or a String. */
    Object decode(double number) {
        return switch (kind) {
            case NUMBER, COUNT -> number;
            case BOOLEAN -> number != 0;
            case CHOICE -> choices.get((int) number);
        };
    }

    private double number(Object value) {
        double number = value instanceof Number n
                ? n.doubleValue()
                : parse(value.toString().trim());
        if (!Double.isFinite(number)) {
            throw unfit(value, "a finite number");
        }
        if (number < lowest || number > highest) {
            throw unfit(value, range());
        }
        return number;
    }

    private double count(Object value) {
        double number = number(value);
        if (number != Math.rint(number)) {
            throw unfit(value, "a whole number");
        }
        return number;
    }

    /** As YAML and JSON write numbers; Java's own forms, such as {@code 1d} and {@code 0x1p3}, are none. */
    private double parse(String text) {
        if (NOT_FINITE.matcher(text).matches()) {
            return Double.NaN;
        }
        if (!DECIMAL.matcher(text).matches()) {
            throw unfit(text, "a number");
        }
        return Double.parseDouble(text);
    }

    private double truth(Object value) {
        return switch (value.toString().trim().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> 1;
            case "false", "no", "off", "0" -> 0;
            default -> throw unfit(value, "true or false");
        };
    }

    private double choice(Object value) {
        int choice = choices.indexOf(value.toString().trim());
        if (choice < 0) {
            throw unfit(value, "one of " + String.join(", ", choices));
        }
        return choice;
    }

    private IllegalArgumentException unfit(Object value, String expected) {
        return new IllegalArgumentException("parameter " + name + " is " + value + ", expected " + expected);
    }

    private String range() {
        if (!isBound(lowest) && !isBound(highest)) {
            return "a finite number";
        }
        if (!isBound(highest)) {
            return "a number of " + plain(lowest) + " or more";
        }
        return !isBound(lowest)
                ? "a number of " + plain(highest) + " or less"
                : "a number from " + plain(lowest) + " to " + plain(highest);
    }

    /** The engine gives the largest finite number where there is no bound. */
    private static boolean isBound(double bound) {
        return Math.abs(bound) < Double.MAX_VALUE;
    }

    private static String plain(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString((long) number)
                : Double.toString(number);
    }
}
