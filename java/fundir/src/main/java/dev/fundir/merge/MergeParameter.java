package dev.fundir.merge;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

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
            case BOOLEAN -> truth(value);
            case CHOICE -> choice(value);
        };
    }

    /** The value that a number stands for: a Double, a Boolean or a String. */
    Object decode(double number) {
        return switch (kind) {
            case NUMBER -> number;
            case BOOLEAN -> number != 0;
            case CHOICE -> choices.get((int) number);
        };
    }

    private double number(Object value) {
        double number;
        try {
            number = value instanceof Number n
                    ? n.doubleValue()
                    : Double.parseDouble(value.toString().trim());
        } catch (NumberFormatException e) {
            throw unfit(value, "a number");
        }
        if (!Double.isFinite(number) || number < lowest || number > highest) {
            throw unfit(value, range());
        }
        return number;
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
        if (Double.isInfinite(lowest) && Double.isInfinite(highest)) {
            return "a finite number";
        }
        if (Double.isInfinite(highest)) {
            return "a number of " + plain(lowest) + " or more";
        }
        return Double.isInfinite(lowest)
                ? "a number of " + plain(highest) + " or less"
                : "a number from " + plain(lowest) + " to " + plain(highest);
    }

    private static String plain(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString((long) number)
                : Double.toString(number);
    }
}
