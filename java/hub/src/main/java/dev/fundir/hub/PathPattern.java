package dev.fundir.hub;

import java.util.regex.Pattern;

/**
 * A pattern for paths of files, with the rules of the Python tools: {@code *} is any text, slashes too, {@code ?} one
 * character, {@code [a-c]} one of some and {@code [!a-c]} one of all others; a pattern that ends in a slash is all that
 * lies in the folder. Case counts.
 *
 * @param text as it was given
 * @param pattern the same as a regular expression
 */
record PathPattern(String text, Pattern pattern) {
    private static final String WILD = "*?[";

    static PathPattern of(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("an empty pattern for files: expected something like '*.safetensors'");
        }
        String slashed = text.replace('\\', '/');
        String whole = slashed.endsWith("/") ? slashed + "*" : slashed;
        return new PathPattern(whole, Pattern.compile(expression(whole), Pattern.DOTALL));
    }

    boolean matches(String path) {
        return pattern.matcher(path).matches();
    }

    /** Whether it is the name of one file. */
    boolean isName() {
        return text.chars().noneMatch(c -> WILD.indexOf(c) >= 0);
    }

    private static String expression(String glob) {
        StringBuilder expression = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            int end = c == '[' ? endOfSet(glob, i + 1) : -1;
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

    /** Where the bracket closes; a closing one that stands first is a member. */
    private static int endOfSet(String glob, int start) {
        int first = glob.startsWith("!", start) ? start + 1 : start;
        return glob.indexOf(']', first + 1);
    }

    private static String set(String members) {
        boolean isNegated = members.startsWith("!");
        StringBuilder set = new StringBuilder();
        for (int i = isNegated ? 1 : 0; i < members.length(); i++) {
            char from = members.charAt(i);
            char to = from;
            if (i + 2 < members.length() && members.charAt(i + 1) == '-') {
                to = members.charAt(i + 2);
                i += 2;
            }
            if (from <= to) {
                set.append(escaped(from)).append('-').append(escaped(to));
            }
        }
        if (set.isEmpty()) {
            return isNegated ? "." : "(?!)";
        }
        return (isNegated ? "[^" : "[") + set + "]";
    }

    private static String escaped(char c) {
        return String.format("\\u%04x", (int) c);
    }
}
