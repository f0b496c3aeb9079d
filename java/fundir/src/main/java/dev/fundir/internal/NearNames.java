package dev.fundir.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Finds the tensor names that somebody who asked for another one may have meant, among a million of them too. */
public final class NearNames {
    private static final int MOST = 3;

    private NearNames() {}

    /**
     * What to say behind an unknown name.
     *
     * @param wanted the unknown name
     * @param names the known ones
     * @return {@code "; did you mean a, b?"}, or nothing when no name is near
     */
    public static String suggestion(String wanted, Iterable<String> names) {
        List<String> near = of(wanted, names);
        return near.isEmpty() ? "" : "; did you mean " + String.join(", ", near) + "?";
    }

    /**
     * The names that may have been meant.
     *
     * @param wanted the unknown name
     * @param names the known ones
     * @return the nearest first; none when no name is near
     */
    public static List<String> of(String wanted, Iterable<String> names) {
        List<Candidate> near = new ArrayList<>();
        int most = Math.max(2, wanted.length() / 6);
        for (String name : names) {
            int distance = distance(wanted, name, most);
            if (distance <= most) {
                near.add(new Candidate(name, distance));
            }
        }
        near.sort(Comparator.comparingInt(Candidate::distance));
        return near.stream().limit(MOST).map(Candidate::name).toList();
    }

    private record Candidate(String name, int distance) {}

    /**
     * How many characters have to be inserted, removed or replaced; a number above {@code most} when they are more. A
     * part that is missing in front ({@code model.}) or behind ({@code .weight}) counts as one.
     */
    private static int distance(String a, String b, int most) {
        String longer = a.length() < b.length() ? b : a;
        String shorter = a.length() < b.length() ? a : b;
        if (longer.endsWith("." + shorter) || longer.startsWith(shorter + ".")) {
            return 1;
        }
        if (longer.length() - shorter.length() > most) {
            return most + 1;
        }
        return edits(longer, shorter, most);
    }

    private static int edits(String a, String b, int most) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            int least = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
                least = Math.min(least, row[j]);
            }
            if (least > most) {
                return most + 1;
            }
        }
        return row[b.length()];
    }
}
