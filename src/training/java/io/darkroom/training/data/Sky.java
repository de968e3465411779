package io.darkroom.training.data;

import io.darkroom.training.data.Scene.Weather;
import java.awt.Color;
import java.awt.RadialGradientPaint;
import java.awt.geom.Ellipse2D;
import java.util.Random;

/** Sky, sun or moon, stars and clouds. */
final class Sky {
    private final Canvas canvas;
    private final Light light;
    private final double horizon;
    private final Random random;

    Sky(Canvas canvas, Light light, double horizon, Random random) {
        this.canvas = canvas;
        this.light = light;
        this.horizon = horizon;
        this.random = random;
    }

    void paint(Weather weather) {
        for (int y = 0; y < Canvas.SIDE; y++) {
            int colour = light.skyAt(y / horizon).packed();
            for (int x = 0; x < Canvas.SIDE; x++) {
                canvas.pixels()[y * Canvas.SIDE + x] = colour;
            }
        }
        boolean overcast = weather == Weather.CLOUDY || weather == Weather.SNOW;
        if (light.night() && weather == Weather.CLEAR) {
            stars();
        }
        sun(overcast ? 0.35 : weather == Weather.FOG ? 0.55 : 1);
        if (overcast) {
            clouds(0.43, 0.85);
        } else if (weather == Weather.CLEAR && random.nextDouble() < 0.6) {
            clouds(0.56 + 0.06 * random.nextDouble(), 0.8);
        }
    }

    private void stars() {
        int count = 30 + random.nextInt(40);
        for (int i = 0; i < count; i++) {
            double r = 0.7 + 1.1 * random.nextDouble() * random.nextDouble();
            double x = random.nextDouble() * Canvas.SIDE;
            double y = random.nextDouble() * random.nextDouble() * horizon;
            canvas.graphics().setColor(new Color(255, 250, 235, 120 + random.nextInt(136)));
            canvas.graphics().fill(new Ellipse2D.Double(x - r, y - r, 2 * r, 2 * r));
        }
    }

    private void sun(double strength) {
        glow(light.sunRadius() * (light.night() ? 5 : 8), light.night() ? 0.4 * strength : 0.75 * strength);
        double r = light.sunRadius();
        canvas.graphics().setColor(light.sun().color(strength));
        canvas.graphics().fill(new Ellipse2D.Double(light.sunX() - r, light.sunY() - r, 2 * r, 2 * r));
        if (light.night()) {
            canvas.graphics().setColor(Rgb.of(200, 206, 226).color(0.6 * strength));
            canvas.graphics().fill(new Ellipse2D.Double(light.sunX() - 0.5 * r, light.sunY() - 0.4 * r, 0.6 * r, 0.5 * r));
            canvas.graphics().fill(new Ellipse2D.Double(light.sunX() + 0.1 * r, light.sunY() + 0.1 * r, 0.5 * r, 0.4 * r));
        }
    }

    private void glow(double radius, double alpha) {
        canvas.graphics()
                .setPaint(new RadialGradientPaint(
                        (float) light.sunX(),
                        (float) light.sunY(),
                        (float) radius,
                        new float[] {0, 0.25f, 1},
                        new Color[] {light.sun().color(alpha), light.sun().color(0.4 * alpha), light.sun().color(0)}));
        canvas.graphics().fillRect(0, 0, Canvas.SIDE, Canvas.SIDE);
    }

    /** Clouds lie where noise is above a threshold; they are lit from the sun's side and stretched towards the horizon. */
    private void clouds(double threshold, double strength) {
        ValueNoise noise = new ValueNoise(random.nextInt());
        double scale = 0.011 + 0.006 * random.nextDouble();
        Rgb lit = light.night()
                ? light.sky()[3].mix(Rgb.grey(0.75), 0.25)
                : light.sun().mix(light.sky()[3], 0.25).mix(Rgb.grey(1), 0.2);
        Rgb shade = light.sky()[1].mix(light.sky()[2], 0.4).times(0.86);
        for (int y = 0; y < Math.min(Canvas.SIDE, horizon); y++) {
            double stretch = 1.6 + 2.2 * y / horizon;
            double fade = Math.min(1, 1.3 * (1 - y / horizon));
            for (int x = 0; x < Canvas.SIDE; x++) {
                double n = noise.octaves(x * scale, y * scale * stretch, 4);
                double cover = smoothstep(threshold, threshold + 0.14, n);
                if (cover > 0) {
                    double below = noise.octaves(x * scale, (y + 9) * scale * stretch, 2);
                    double bright = smoothstep(-0.12, 0.12, n - below + 0.03);
                    canvas.blend(x, y, shade.mix(lit, bright), cover * strength * fade);
                }
            }
        }
    }

    static double smoothstep(double from, double to, double v) {
        double t = Math.max(0, Math.min(1, (v - from) / (to - from)));
        return t * t * (3 - 2 * t);
    }
}
