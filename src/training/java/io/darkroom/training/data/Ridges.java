package io.darkroom.training.data;

import io.darkroom.training.data.Scene.Style;
import io.darkroom.training.data.Scene.Weather;
import java.util.Random;

/** Ranges of mountains: peaks with a sunny and a shady side and snow at the top. */
final class Ridges {
    private static final int SIDE = Canvas.SIDE;

    private final Canvas canvas;
    private final Light light;
    private final Scene scene;
    private final Random random;

    Ridges(Canvas canvas, Light light, Scene scene, Random random) {
        this.canvas = canvas;
        this.light = light;
        this.scene = scene;
        this.random = random;
    }

    /**
     * One range.
     *
     * @param base y of its foot, in pixels
     * @param height of its highest peak above that, in pixels
     * @param distance 0 is near, 1 farthest
     * @param rock its colour
     */
    void range(double base, double height, double distance, Rgb rock) {
        int peaks = 2 + random.nextInt(3);
        double[] px = new double[peaks];
        double[] py = new double[peaks];
        double[] slope = new double[peaks];
        for (int i = 0; i < peaks; i++) {
            px[i] = SIDE * (i + 0.15 + 0.7 * random.nextDouble()) / peaks;
            py[i] = base - height * (i == peaks / 2 ? 1 : 0.5 + 0.45 * random.nextDouble());
            slope[i] = 0.75 + 0.5 * random.nextDouble();
        }
        ValueNoise noise = new ValueNoise(random.nextInt());
        double[] edge = new double[SIDE];
        int[] owner = new int[SIDE];
        for (int x = 0; x < SIDE; x++) {
            edge[x] = base;
            for (int i = 0; i < peaks; i++) {
                double d = Math.abs(x - px[i]);
                double y = py[i] + slope[i] * d * (1.15 - 0.0018 * d);
                if (i == 0 || y < edge[x]) {
                    edge[x] = y;
                    owner[x] = i;
                }
            }
            edge[x] = Math.min(base - 2, edge[x]) + 9 * (noise.octaves(x * 0.06, 3, 3) - 0.5);
        }
        boolean winter = scene.weather() == Weather.SNOW;
        double cap = height * (winter ? 0.95 : 0.3 + 0.2 * random.nextDouble());
        double relief = scene.style() == Style.PHOTO ? 0.34 : 0.16;
        double sunSide = light.sunX() < SIDE / 2.0 ? 1 : -1;
        Rgb snow = Rgb.of(246, 249, 255);
        canvas.between(edge, Canvas.clamp((int) base + 14) + 1, (x, y, depth) -> {
            int wobble = (int) (10 * (noise.at(x * 0.05, y * 0.07) - 0.5) * Math.min(1, depth / 20));
            int i = owner[Canvas.clamp(x + wobble)];
            double below = y - py[i];
            double crest = px[i] + 16 * (noise.at(i * 7.7, below * 0.06) - 0.5) + sunSide * 0.18 * below;
            double sunny = Sky.smoothstep(-3, 3, sunSide * (crest - x));
            double rough = noise.octaves(x * 0.09, y * 0.06, 2) - 0.5;
            double shine = 0.52 + 0.48 * sunny + relief * rough;
            double white = Sky.smoothstep(6, -6, below - cap * (0.55 + 0.9 * noise.at(x * 0.11, i * 3.1)));
            Rgb albedo = rock.times(shine).mix(snow.times(0.62 + 0.38 * sunny + 0.4 * relief * rough), white);
            double mist = Math.max(0, 1 - (base - y) / (0.7 * height)) * 0.3;
            return light.seen(albedo, Math.min(1, distance + mist * (1 - distance)));
        });
    }

    /** A soft line of hills or dunes: a few waves. */
    static double[] rolling(double base, double height, double waves, Random random) {
        double[] edge = new double[SIDE];
        double phase = 2 * Math.PI * random.nextDouble();
        double second = 2 * Math.PI * random.nextDouble();
        double share = 0.25 + 0.25 * random.nextDouble();
        for (int x = 0; x < SIDE; x++) {
            double a = 2 * Math.PI * waves * x / SIDE;
            edge[x] = base - height * ((1 - share) * Math.sin(a + phase) + share * Math.sin(1.9 * a + second));
        }
        return edge;
    }
}
