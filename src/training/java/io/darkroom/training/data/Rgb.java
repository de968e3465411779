package io.darkroom.training.data;

import java.awt.Color;

/** A colour, each part in 0..1 (beyond it is cut when drawn). Mixtures are of sRGB values, as painters' tables are. */
record Rgb(double r, double g, double b) {
    private static final double UNIT = 1 / 255.0;

    /** From bytes. */
    static Rgb of(int r, int g, int b) {
        return new Rgb(r / 255.0, g / 255.0, b / 255.0);
    }

    static Rgb grey(double v) {
        return new Rgb(v, v, v);
    }

    /** This at 0, the other at 1. */
    Rgb mix(Rgb other, double t) {
        double u = Math.max(0, Math.min(1, t));
        return new Rgb(r + (other.r - r) * u, g + (other.g - g) * u, b + (other.b - b) * u);
    }

    Rgb times(Rgb light) {
        return new Rgb(r * light.r, g * light.g, b * light.b);
    }

    Rgb times(double v) {
        return new Rgb(r * v, g * v, b * v);
    }

    double luma() {
        return 0.299 * r + 0.587 * g + 0.114 * b;
    }

    int packed() {
        return part(r) << 16 | part(g) << 8 | part(b);
    }

    static Rgb unpack(int rgb) {
        return new Rgb((rgb >> 16 & 255) * UNIT, (rgb >> 8 & 255) * UNIT, (rgb & 255) * UNIT);
    }

    Color color(double alpha) {
        return new Color(part(r), part(g), part(b), part(alpha));
    }

    Color color() {
        return new Color(packed());
    }

    private static int part(double v) {
        return (int) (255 * Math.max(0, Math.min(1, v)) + 0.5);
    }
}
