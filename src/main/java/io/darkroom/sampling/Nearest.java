package io.darkroom.sampling;

import java.util.Collection;
import java.util.Comparator;

/** The known name that is nearest to a mistyped one, by edit distance. */
public final class Nearest {
    private static final int LONGEST = 200;

    private Nearest() {}

    /** The nearest of the known names, of which there is at least one. */
    public static String of(String name, Collection<String> known) {
        // What is far longer than any name is near none, and would take long to tell so.
        String given = name.substring(0, Math.min(name.length(), LONGEST));
        return known.stream()
                .min(Comparator.comparingInt(k -> distance(given, k)))
                .orElseThrow();
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, 1 + Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
