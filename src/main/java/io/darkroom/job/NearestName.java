package io.darkroom.job;

import java.util.Collection;

/** Finds the name that somebody may have meant. */
final class NearestName {
    /** What is longer is compared by its beginning: no known name is as long. */
    private static final int LONGEST = 64;

    private NearestName() {}

    /**
     * The known name nearest to one that is not known: one that holds it, or is held in it, before the others; then by
     * edit distance (Levenshtein 1966), then by alphabet.
     *
     * @param known at least one
     */
    static String of(String given, Collection<String> known) {
        String name = given.length() > LONGEST ? given.substring(0, LONGEST) : given;
        String nearest = "";
        double least = Double.POSITIVE_INFINITY;
        for (String each : known) {
            double distance = distance(name, each);
            if (distance < least || (distance == least && each.compareTo(nearest) < 0)) {
                nearest = each;
                least = distance;
            }
        }
        return nearest;
    }

    private static double distance(String given, String known) {
        boolean within = given.length() >= 3 && known.length() >= 3 && (known.contains(given) || given.contains(known));
        return within ? 1 + Math.abs(known.length() - given.length()) / 100.0 : levenshtein(given, known);
    }

    private static int levenshtein(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
