package dev.fundir.cli;

import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * A pattern for tensor names: {@code *} is any text, dots too, {@code ?} one character, {@code [a-c]} one of some, as
 * in the shell; everything else is itself.
 *
 * @param text as it was typed
 * @param pattern the same as a regular expression
 */
record Glob(String text, Pattern pattern) {
    static Glob parse(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("expected a pattern for tensor names, such as '*.layers.0.*'");
        }
        return new Glob(text, Pattern.compile(expression(text), Pattern.DOTALL));
    }

    private static String expression(String glob) {
        StringBuilder expression = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            int end = c == '[' ? glob.indexOf(']', i + 2) : -1;
            if (c == '*') {
                expression.append(".*");
            } else if (c == '?') {
                expression.append('.');
            } else if (end > 0) {
                expression.append(set(glob.substring(i + 1, end)));
                i = end;
            } else {
                expression.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return expression.toString();
    }

    /** What stands in brackets, {@code !} first for all others; only {@code -} has a meaning in it. */
    private static String set(String members) {
        boolean isNegated = members.length() > 1 && members.charAt(0) == '!';
        String plain = (isNegated ? members.substring(1) : members).replaceAll("[\\\\\\[\\]^&]", "\\\\$0");
        return (isNegated ? "[^" : "[") + plain + "]";
    }

    boolean matches(String name) {
        return pattern.matcher(name).matches();
    }
}
