package io.darkroom.training.run;

import io.darkroom.training.data.Attributes;
import io.darkroom.training.data.Scene;
import io.darkroom.training.data.Scene.Side;
import io.darkroom.training.data.Scene.Style;
import io.darkroom.training.data.Scene.Thing;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Caption accuracy: how much of what a prompt asked for the judge reads from the picture, attribute by attribute. An
 * object's side is right where its kind is read there; its colour, where that is read at the place of its kind; two objects
 * are bound rightly where kind, side and colour of both are.
 */
final class Accuracy {
    private static final int SUBJECT = 0;
    private static final int TIME = 1;
    private static final int WEATHER = 2;
    private static final int STYLE = 3;
    private static final int SIDES = 4;

    private final Map<String, int[]> counts = new LinkedHashMap<>();

    /** Counts a picture. */
    void add(Scene scene, int[] read) {
        int[] wanted = Attributes.answers(scene);
        count("subject", wanted[SUBJECT] == read[SUBJECT]);
        count("time", wanted[TIME] == read[TIME]);
        count("weather", wanted[WEATHER] == read[WEATHER]);
        count("style", wanted[STYLE] == read[STYLE]);
        boolean colours = scene.style() != Style.BLACK_AND_WHITE;
        boolean all = true;
        for (Thing thing : scene.things()) {
            int kind = 1 + Attributes.place(thing.kind());
            int at = Attributes.place(thing.side());
            boolean there = kindAt(read, at) == kind;
            int seen = there ? at : place(read, kind);
            boolean colour = seen >= 0 && colourAt(read, seen) == Attributes.place(thing.hue());
            count("object", seen >= 0);
            count("side", there);
            if (colours) {
                count("colour", colour);
            }
            all &= there && (colour || !colours);
        }
        if (scene.things().isEmpty()) {
            count("nothing", place(read, -1) < 0);
        } else if (scene.things().size() > 1) {
            count("binding", all);
        }
    }

    private static int kindAt(int[] read, int side) {
        return read[SIDES + 2 * side];
    }

    private static int colourAt(int[] read, int side) {
        return read[SIDES + 2 * side + 1];
    }

    /** Where a kind is seen, or with -1 any; -1 where nowhere. */
    private static int place(int[] read, int kind) {
        for (int side = 0; side < Side.values().length; side++) {
            int seen = kindAt(read, side);
            if (kind < 0 ? seen > 0 : seen == kind) {
                return side;
            }
        }
        return -1;
    }

    private void count(String what, boolean right) {
        int[] count = counts.computeIfAbsent(what, w -> new int[2]);
        count[0] += right ? 1 : 0;
        count[1]++;
    }

    /** The share that was right, by attribute, and their mean over the attributes as {@code mean}. */
    Map<String, Double> shares() {
        Map<String, Double> shares = new LinkedHashMap<>();
        counts.forEach((what, count) -> shares.put(what, count[0] / (double) count[1]));
        double mean = shares.values().stream().mapToDouble(v -> v).average().orElse(Double.NaN);
        shares.put("mean", mean);
        return shares;
    }
}
