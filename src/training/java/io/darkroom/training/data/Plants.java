package io.darkroom.training.data;

import io.darkroom.training.data.Scene.Weather;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.Random;

/** Pines, round trees and bushes. */
final class Plants {
    private final Canvas canvas;
    private final Light light;
    private final boolean winter;
    private final Random random;

    Plants(Canvas canvas, Light light, Weather weather, Random random) {
        this.canvas = canvas;
        this.light = light;
        this.winter = weather == Weather.SNOW;
        this.random = random;
    }

    /**
     * A pine, its foot at a place.
     *
     * @param height in pixels
     * @param distance 0 is near, 1 farthest
     */
    void pine(double x, double foot, double height, double distance, Rgb green) {
        double width = height * (0.36 + 0.1 * random.nextDouble());
        var g = canvas.graphics();
        g.setColor(light.seen(Rgb.of(70, 52, 42), distance).color());
        g.fill(new Rectangle2D.Double(x - height * 0.025, foot - height * 0.12, height * 0.05, height * 0.12));
        int tiers = height > 40 ? 5 : height > 18 ? 4 : 3;
        double sunSide = light.sunX() < x ? -1 : 1;
        for (int i = 0; i < tiers; i++) {
            double low = foot - height * (0.08 + 0.66 * i / tiers);
            double high = Math.max(foot - height, low - height * 0.42);
            double half = width / 2 * (1 - 0.72 * i / tiers);
            Rgb colour = light.seen(green.times(0.78 + 0.3 * i / tiers), distance);
            g.setColor(colour.color());
            g.fill(triangle(x, high, half, low));
            Rgb bright = winter ? light.seen(Rgb.of(240, 246, 255), distance) : light.seen(green.times(1.45), distance);
            g.setColor(bright.color(winter ? 0.85 : 0.4));
            Path2D lit = new Path2D.Double();
            lit.moveTo(x, high);
            lit.lineTo(x + sunSide * half * 0.95, low - height * 0.015);
            lit.lineTo(x + sunSide * half * 0.25, low - height * (winter ? 0.12 : 0.05));
            lit.closePath();
            g.fill(lit);
        }
    }

    private static Path2D triangle(double x, double high, double half, double low) {
        Path2D path = new Path2D.Double();
        path.moveTo(x, high);
        path.lineTo(x + half, low);
        path.quadTo(x, low - half * 0.2, x - half, low);
        path.closePath();
        return path;
    }

    /** A row of pines along an edge. */
    void row(double[] edge, double height, double spacing, double distance, Rgb green) {
        double x = -spacing * random.nextDouble();
        while (x < Canvas.SIDE + spacing) {
            double h = height * (0.65 + 0.6 * random.nextDouble());
            pine(x, edge[Canvas.clamp((int) x)] + height * 0.12, h, distance, green);
            x += spacing * (0.6 + 0.8 * random.nextDouble());
        }
    }

    /** A round tree. */
    void tree(double x, double foot, double height, double distance, Rgb green) {
        var g = canvas.graphics();
        g.setColor(light.seen(Rgb.of(84, 62, 44), distance).color());
        g.fill(new Rectangle2D.Double(x - height * 0.05, foot - height * 0.45, height * 0.1, height * 0.47));
        Rgb crown = winter ? Rgb.of(226, 234, 246) : green;
        double sunSide = light.sunX() < x ? -1 : 1;
        g.setColor(light.seen(crown.times(0.72), distance).color());
        ball(x, foot - height * 0.62, height * 0.36);
        ball(x - height * 0.2, foot - height * 0.5, height * 0.24);
        ball(x + height * 0.2, foot - height * 0.5, height * 0.24);
        g.setColor(light.seen(crown.times(1.1), distance).color(0.8));
        ball(x + sunSide * height * 0.1, foot - height * 0.7, height * 0.23);
    }

    private void ball(double x, double y, double r) {
        canvas.graphics().fill(new Ellipse2D.Double(x - r, y - r, 2 * r, 2 * r));
    }
}
