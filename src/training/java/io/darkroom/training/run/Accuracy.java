package io.darkroom.training.run;

import io.darkroom.training.data.Attributes;
import io.darkroom.training.data.Scene;
import io.darkroom.training.data.Scene.Side;
import io.darkroom.training.data.Scene.Style;
import io.darkroom.training.data.Scene.Thing;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Caption accuracy: how much of what a prompt asked for the judge reads from the picture, attribute by attribute. An
 * object's side is right where its kind is read there; its colour, where that is read at the place of its kind; two objects
 * are bound rightly where kind, side and colour of both are. What is seen once is one object, though two of its kind were
 * asked for.
 */
final class Accuracy {
    private static final int SUBJECT = 0;
    private static final int TIME = 1;
    private static final int WEATHER = 2;
    private static final int STYLE = 3;
    private static final int SIDES = 4;

    /** What {@code mean} is of: {@code nothing} and {@code binding} tell of the same objects once more. */
    private static final List<String> ATTRIBUTES =
            List.of("subject", "time", "weather", "style", "object", "side", "colour");

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
        int[] places = places(scene.things(), read);
        for (int i = 0; i < places.length; i++) {
            Thing thing = scene.things().get(i);
            int seen = places[i];
            boolean there = seen == Attributes.place(thing.side());
            boolean colour = seen >= 0 && colourAt(read, seen) == Attributes.place(thing.hue());
            count("object", seen >= 0);
            count("side", there);
            if (colours) {
                count("colour", colour);
            }
            all &= there && (colour || !colours);
        }
        if (scene.things().isEmpty()) {
            count("nothing", IntStream.range(0, Side.values().length).allMatch(side -> kindAt(read, side) == 0));
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

    /** Where each thing is seen: where it should be, else at another place that shows its kind; -1 where nowhere. */
    private static int[] places(List<Thing> things, int[] read) {
        int[] places = new int[things.size()];
        Set<Integer> taken = new HashSet<>();
        for (int i = 0; i < places.length; i++) {
            int own = Attributes.place(things.get(i).side());
            places[i] = kindAt(read, own) == kind(things.get(i)) && taken.add(own) ? own : -1;
        }
        for (int i = 0; i < places.length; i++) {
            for (int side = 0; places[i] < 0 && side < Side.values().length; side++) {
                if (kindAt(read, side) == kind(things.get(i)) && taken.add(side)) {
                    places[i] = side;
                }
            }
        }
        return places;
    }

    /** As it is read: 0 is none. */
    private static int kind(Thing thing) {
        return 1 + Attributes.place(thing.kind());
    }

    private void count(String what, boolean right) {
        int[] count = counts.computeIfAbsent(what, w -> new int[2]);
        count[0] += right ? 1 : 0;
        count[1]++;
    }

    /**
     * The share that was right, by attribute, and as {@code mean} the mean of subject, time, weather, style, object, side
     * and colour: of those that were asked for.
     */
    Map<String, Double> shares() {
        Map<String, Double> shares = new LinkedHashMap<>();
        counts.forEach((what, count) -> shares.put(what, count[0] / (double) count[1]));
        double mean = ATTRIBUTES.stream()
                .filter(shares::containsKey)
                .mapToDouble(what -> shares.getOrDefault(what, Double.NaN))
                .average()
                .orElse(Double.NaN);
        shares.put("mean", mean);
        return shares;
    }
}
