package io.darkroom.training.data;

import io.darkroom.training.data.Scene.Time;
import io.darkroom.training.data.Scene.Weather;
import java.util.Random;

/**
 * The light of a scene: what the sky's colours are from zenith to horizon, what it does to the land's colours, and how far
 * haze takes distant things to the horizon's colour (aerial perspective).
 *
 * @param sky from the zenith to the horizon
 * @param sun the colour of the sun or moon
 * @param tint what the colours of the land are multiplied by
 * @param haze how much of a farthest thing is haze, 0..1
 * @param sunX where the sun or moon stands, in pixels
 * @param sunY where it stands, in pixels
 * @param sunRadius of its disc, in pixels
 * @param night whether there are moon and stars
 */
@SuppressWarnings("ArrayRecordComponent") // never written
record Light(Rgb[] sky, Rgb sun, Rgb tint, double haze, double sunX, double sunY, double sunRadius, boolean night) {

    /** @param horizon where sky and land meet, in pixels: a low sun stands on it */
    static Light of(Time time, Weather weather, double horizon, Random random) {
        double x = Canvas.SIDE * (0.2 + 0.6 * random.nextDouble());
        double low = horizon - Canvas.SIDE * (0.06 + 0.12 * random.nextDouble());
        double high = Canvas.SIDE * (0.1 + 0.12 * random.nextDouble());
        double warm = 0.85 + 0.3 * random.nextDouble();
        Light clear =
                switch (time) {
                    case DAWN -> new Light(
                            new Rgb[] {
                                Rgb.of(104, 128, 186),
                                Rgb.of(176, 170, 210),
                                Rgb.of(243, 190, 196),
                                Rgb.of(255, 226, 196)
                            },
                            Rgb.of(255, 240, 205),
                            new Rgb(0.80, 0.72 * (2 - warm), 0.82),
                            0.72,
                            x,
                            low,
                            12,
                            false);
                    case NOON -> new Light(
                            new Rgb[] {
                                Rgb.of(38, 104, 196), Rgb.of(88, 154, 226), Rgb.of(150, 200, 243), Rgb.of(214, 236, 248)
                            },
                            Rgb.of(255, 252, 236),
                            new Rgb(1.02, 1.0, 0.95),
                            0.6,
                            x,
                            high,
                            11,
                            false);
                    case SUNSET -> new Light(
                            new Rgb[] {
                                Rgb.of(58, 42, 104), Rgb.of(160, 62, 110), Rgb.of(244, 116, 64), Rgb.of(255, 204, 104)
                            },
                            Rgb.of(255, 236, 160),
                            new Rgb(0.86 * warm, 0.52, 0.46),
                            0.62,
                            x,
                            low,
                            15,
                            false);
                    case NIGHT -> new Light(
                            new Rgb[] {Rgb.of(10, 15, 46), Rgb.of(20, 34, 84), Rgb.of(38, 64, 124), Rgb.of(78, 110, 164)
                            },
                            Rgb.of(240, 244, 255),
                            new Rgb(0.30, 0.39, 0.58),
                            0.6,
                            x,
                            high + 8,
                            12,
                            true);
                };
        return clear.under(weather);
    }

    private Light under(Weather weather) {
        Rgb grey = Rgb.grey(night ? 0.22 : 0.74).times(mean(sky[2], Rgb.grey(1)));
        return switch (weather) {
            case CLEAR -> this;
            case CLOUDY -> new Light(
                    towards(grey, 0.5), sun, mean(tint, tint.times(0.8)), haze, sunX, sunY, sunRadius, night);
            case SNOW -> new Light(
                    towards(grey, 0.3), sun, tint.mix(Rgb.grey(tint.luma()), 0.3), haze, sunX, sunY, sunRadius, night);
            case FOG -> new Light(
                    towards(Rgb.grey(night ? 0.3 : 0.86).times(mean(sky[3], Rgb.grey(1))), 0.6),
                    sun,
                    tint,
                    0.93,
                    sunX,
                    sunY,
                    sunRadius,
                    night);
        };
    }

    private static Rgb mean(Rgb a, Rgb b) {
        return a.mix(b, 0.5);
    }

    private Rgb[] towards(Rgb colour, double t) {
        Rgb[] mixed = new Rgb[sky.length];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = sky[i].mix(colour, t);
        }
        return mixed;
    }

    /** The sky's colour at a height: 0 at the zenith, 1 at the horizon. */
    Rgb skyAt(double height) {
        double at = Math.max(0, Math.min(1, height)) * (sky.length - 1);
        int i = (int) Math.min(sky.length - 2, at);
        return sky[i].mix(sky[i + 1], at - i);
    }

    /** The colour into which what is far away fades. */
    Rgb veil() {
        return sky[3].mix(sky[2], 0.35);
    }

    /**
     * A colour as it is seen.
     *
     * @param distance 0 is near, 1 farthest
     */
    Rgb seen(Rgb albedo, double distance) {
        return albedo.times(tint).mix(veil(), haze * distance);
    }
}
