package dev.fundir.cli;

import java.util.Comparator;

/** Orders names as people do: {@code layers.2} before {@code layers.10}. */
enum NaturalOrder implements Comparator<String> {
    INSTANCE;

    @Override
    public int compare(String a, String b) {
        int i = 0;
        int j = 0;
        while (i < a.length() && j < b.length()) {
            if (isDigit(a.charAt(i)) && isDigit(b.charAt(j))) {
                int endA = endOfDigits(a, i);
                int endB = endOfDigits(b, j);
                int order = compareDigits(a, i, endA, b, j, endB);
                if (order != 0) {
                    return order;
                }
                i = endA;
                j = endB;
            } else if (a.charAt(i) != b.charAt(j)) {
                return Character.compare(a.charAt(i), b.charAt(j));
            } else {
                i++;
                j++;
            }
        }
        int rest = Integer.compare(a.length() - i, b.length() - j);
        return rest != 0 ? rest : a.compareTo(b);
    }

    private static int compareDigits(String a, int i, int endA, String b, int j, int endB) {
        int from = i;
        int to = j;
        while (from < endA - 1 && a.charAt(from) == '0') {
            from++;
        }
        while (to < endB - 1 && b.charAt(to) == '0') {
            to++;
        }
        int order = Integer.compare(endA - from, endB - to);
        return order != 0 ? order : a.substring(from, endA).compareTo(b.substring(to, endB));
    }

    private static int endOfDigits(String text, int at) {
        int end = at;
        while (end < text.length() && isDigit(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
