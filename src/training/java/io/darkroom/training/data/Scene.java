package io.darkroom.training.data;

import java.util.List;

/**
 * What a picture shows: the attributes that its captions speak of and that a classifier reads back.
 *
 * @param subject what kind of landscape it is
 * @param time of the day
 * @param weather in it
 * @param style how it is drawn
 * @param things up to two objects, on different sides
 */
public record Scene(Subject subject, Time time, Weather weather, Style style, List<Thing> things) {
    public Scene {
        things = List.copyOf(things);
    }

    /** What kind of landscape. */
    public enum Subject {
        LAKE,
        MOUNTAINS,
        SEA,
        DESERT,
        HILLS,
        FOREST
    }

    /** Time of the day: where the sun is and what colour the light has. */
    public enum Time {
        DAWN,
        NOON,
        SUNSET,
        NIGHT
    }

    /** Weather. Snow lies on the land and falls. */
    public enum Weather {
        CLEAR,
        CLOUDY,
        FOG,
        SNOW
    }

    /** How it is drawn, or what was done to it afterwards. */
    public enum Style {
        PLAIN,
        PHOTO,
        CARTOON,
        OIL,
        BLACK_AND_WHITE,
        BLURRY,
        LOW_QUALITY
    }

    /** Kinds of objects: balloons fly, balls lie or float, sailboats sail. */
    public enum Kind {
        BALLOON,
        BALL,
        SAILBOAT
    }

    /** Colours of objects. */
    public enum Hue {
        RED,
        BLUE,
        YELLOW,
        GREEN,
        ORANGE,
        PURPLE
    }

    /** Thirds of the picture. */
    public enum Side {
        LEFT,
        CENTER,
        RIGHT
    }

    /** An object. */
    public record Thing(Kind kind, Hue hue, Side side) {}
}
