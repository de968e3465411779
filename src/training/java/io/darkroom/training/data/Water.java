package io.darkroom.training.data;

import io.darkroom.training.data.Scene.Time;
import java.util.Random;

/** Water: what stands above it mirrored, waves, and the sun's path of light. */
final class Water {
    private static final int SIDE = Canvas.SIDE;

    private final Canvas canvas;
    private final Light light;
    private final Random random;

    Water(Canvas canvas, Light light, Random random) {
        this.canvas = canvas;
        this.light = light;
        this.random = random;
    }

    /** A still lake below a shore: the picture above it upside down, broken by ripples that grow towards the viewer. */
    void mirror(int shore, Rgb deep) {
        ValueNoise noise = new ValueNoise(random.nextInt());
        double calm = 0.5 + random.nextDouble();
        for (int y = shore; y < SIDE; y++) {
            double near = (y - shore) / (double) (SIDE - shore);
            for (int x = 0; x < SIDE; x++) {
                double ripple = noise.octaves(x * 0.02, y * (0.42 - 0.26 * near), 2) - 0.5;
                int sy = (int) (2.0 * shore - y - 0.5 + ripple * 16 * near * calm);
                int sx = (int) (x + 0.5 + ripple * 9 * near * calm);
                Rgb seen = canvas.at(sx, Math.min(shore - 1, sy));
                Rgb colour = seen.times(0.9).mix(deep.times(light.tint()), 0.16 + 0.34 * near);
                if (ripple > 0.16) {
                    colour = colour.mix(light.skyAt(0.5), 0.25);
                }
                canvas.blend(x, y, colour, 1);
            }
        }
        path(shore, noise, 0.55);
        shoreline(shore);
    }

    private void shoreline(int shore) {
        for (int x = 0; x < SIDE; x++) {
            canvas.blend(x, shore, light.veil(), 0.5);
        }
    }

    /** The open sea below the horizon. */
    void sea(int horizon, Time time) {
        ValueNoise noise = new ValueNoise(random.nextInt());
        Rgb far = light.skyAt(0.75).mix(light.seen(Rgb.of(40, 120, 170), 0), 0.45);
        Rgb near = time == Time.SUNSET || time == Time.DAWN
                ? light.skyAt(0.1).mix(light.seen(Rgb.of(30, 96, 150), 0), 0.5)
                : light.seen(Rgb.of(20, 96, 160), 0);
        for (int y = horizon; y < SIDE; y++) {
            double d = (y - horizon) / (double) (SIDE - horizon);
            double fine = 0.55 / (0.35 + 1.8 * d);
            for (int x = 0; x < SIDE; x++) {
                double wave = noise.octaves(x * 0.045 * fine + 5 * d, y * 0.26 * fine, 2) - 0.5;
                Rgb colour = far.mix(near, Math.pow(d, 0.6)).times(1 + 0.75 * wave * (0.35 + d));
                canvas.blend(x, y, colour, 1);
            }
        }
        path(horizon, noise, 0.9);
    }

    /** The sun's or moon's path: light where waves face it, wider towards the viewer. */
    private void path(int horizon, ValueNoise noise, double strength) {
        boolean low = light.sunY() > horizon * 0.55 || light.night();
        double power = strength * (low ? 1 : 0.35);
        for (int y = horizon; y < SIDE; y++) {
            double d = (y - horizon) / (double) (SIDE - horizon);
            double half = light.sunRadius() * (0.7 + 2.2 * d);
            int from = (int) Math.max(0, light.sunX() - 3 * half);
            int to = (int) Math.min(SIDE, light.sunX() + 3 * half);
            for (int x = from; x < to; x++) {
                double u = (x - light.sunX()) / half;
                double wave = noise.at(x * 0.05 + 40, y * (0.5 - 0.3 * d));
                double shine = Math.exp(-u * u) * Sky.smoothstep(0.35, 0.65, wave) * (1 - 0.45 * d);
                canvas.blend(x, y, light.sun(), power * shine);
            }
        }
    }
}
