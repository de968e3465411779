package io.darkroom.training.data;

import io.darkroom.training.data.Scene.Hue;
import io.darkroom.training.data.Scene.Kind;
import io.darkroom.training.data.Scene.Side;
import io.darkroom.training.data.Scene.Style;
import io.darkroom.training.data.Scene.Subject;
import io.darkroom.training.data.Scene.Thing;
import io.darkroom.training.data.Scene.Time;
import io.darkroom.training.data.Scene.Weather;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Scenes from random numbers. Subject and time are uniform; weather, style and the number of objects are weighted: a
 * third of the scenes has no object, a fifth has two, which stand on different sides and differ in colour.
 */
@SuppressWarnings("EnumOrdinal") // which value a number draws is its place
public final class SceneSource {
    private static final double[] WEATHER = {0.5, 0.2, 0.15, 0.15};
    private static final double[] STYLE = {0.3, 0.3, 0.1, 0.08, 0.06, 0.08, 0.08};
    private static final double NO_THING = 0.35;
    private static final double TWO_THINGS = 0.22;

    private SceneSource() {}

    /** Draws a scene; the same state of the generator gives the same scene. */
    public static Scene draw(Random random) {
        Subject subject = Subject.values()[random.nextInt(Subject.values().length)];
        Time time = Time.values()[random.nextInt(Time.values().length)];
        Weather weather = Weather.values()[weighted(WEATHER, random)];
        // There is no snow in the desert here: a caption could not be told from one of hills in snow.
        if (subject == Subject.DESERT && weather == Weather.SNOW) {
            weather = Weather.CLEAR;
        }
        Style style = Style.values()[weighted(STYLE, random)];
        return new Scene(subject, time, weather, style, things(subject, random));
    }

    private static List<Thing> things(Subject subject, Random random) {
        double u = random.nextDouble();
        int count = u < NO_THING ? 0 : u < 1 - TWO_THINGS ? 1 : 2;
        List<Side> sides = new ArrayList<>(Arrays.asList(Side.values()));
        List<Hue> hues = new ArrayList<>(Arrays.asList(Hue.values()));
        Collections.shuffle(sides, random);
        Collections.shuffle(hues, random);
        List<Thing> things = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            things.add(new Thing(kind(subject, random), hues.get(i), sides.get(i)));
        }
        return things;
    }

    private static Kind kind(Subject subject, Random random) {
        boolean water = subject == Subject.LAKE || subject == Subject.SEA;
        double u = random.nextDouble();
        if (water) {
            return u < 0.4 ? Kind.SAILBOAT : u < 0.8 ? Kind.BALLOON : Kind.BALL;
        }
        return u < 0.55 ? Kind.BALLOON : Kind.BALL;
    }

    private static int weighted(double[] weights, Random random) {
        double u = random.nextDouble();
        for (int i = 0; i < weights.length - 1; i++) {
            u -= weights[i];
            if (u < 0) {
                return i;
            }
        }
        return weights.length - 1;
    }
}
