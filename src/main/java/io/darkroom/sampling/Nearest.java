package io.darkroom.sampling;

import java.util.Collection;

/** The known name that is nearest to a mistyped one, by edit distance. */
public final class Nearest {
    /** What is longer is compared by its beginning: no known name is as long. */
    private static final int LONGEST = 64;

    private Nearest() {}

    /** The nearest of the known names, of which there is at least one; the first of several that are as near. */
    public static String of(String name, Collection<String> known) {
        String given = name.substring(0, Math.min(name.length(), LONGEST));
        String nearest = "";
        int least = Integer.MAX_VALUE;
        for (String each : known) {
            int distance = distance(given, each);
            if (distance < least) {
                nearest = each;
                least = distance;
            }
        }
        return nearest;
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
