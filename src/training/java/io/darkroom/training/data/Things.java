package io.darkroom.training.data;

import io.darkroom.training.data.Scene.Hue;
import io.darkroom.training.data.Scene.Side;
import io.darkroom.training.data.Scene.Thing;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.RadialGradientPaint;
import java.awt.Shape;
import java.awt.geom.Arc2D;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.Random;

/** Objects: balloons in the sky, balls on the ground or the water, sailboats. Large enough to survive an 8x encoder. */
final class Things {
    private static final int SIDE = Canvas.SIDE;

    private final Canvas canvas;
    private final Light light;
    private final boolean water;
    private final double horizon;
    private final Random random;

    /** @param water whether what is below the horizon is water */
    Things(Canvas canvas, Light light, boolean water, double horizon, Random random) {
        this.canvas = canvas;
        this.light = light;
        this.water = water;
        this.horizon = horizon;
        this.random = random;
    }

    static Rgb colour(Hue hue) {
        return switch (hue) {
            case RED -> Rgb.of(222, 32, 36);
            case BLUE -> Rgb.of(34, 84, 222);
            case YELLOW -> Rgb.of(250, 214, 40);
            case GREEN -> Rgb.of(30, 160, 66);
            case ORANGE -> Rgb.of(250, 128, 22);
            case PURPLE -> Rgb.of(140, 50, 180);
        };
    }

    void paint(Thing thing) {
        double x = SIDE * (middle(thing.side()) + 0.07 * (random.nextDouble() - 0.5));
        Rgb body = colour(thing.hue());
        // Dimmer at night, but the hue stays: tinted only a little.
        Rgb lit = body.times(Rgb.grey(1).mix(light.tint(), light.night() ? 0.3 : 0.18)).mix(light.veil(), 0.06);
        switch (thing.kind()) {
            case BALLOON -> balloon(x, SIDE * (0.2 + 0.14 * random.nextDouble()), 28 + 7 * random.nextDouble(), lit);
            case BALL -> ball(x, Math.max(horizon + 34, SIDE * (0.74 + 0.1 * random.nextDouble())), 23 + 7 * random.nextDouble(), lit);
            case SAILBOAT -> sailboat(
                    x, horizon + (SIDE - horizon) * (0.3 + 0.25 * random.nextDouble()), 56 + 14 * random.nextDouble(), lit);
        }
    }

    private static double middle(Side side) {
        return switch (side) {
            case LEFT -> 0.2;
            case CENTER -> 0.5;
            case RIGHT -> 0.8;
        };
    }

    private void balloon(double x, double y, double r, Rgb colour) {
        var g = canvas.graphics();
        Path2D envelope = new Path2D.Double();
        envelope.moveTo(x - r * 0.28, y + r * 1.35);
        envelope.curveTo(x - r * 0.5, y + r * 0.9, x - r, y + r * 0.6, x - r, y);
        envelope.curveTo(x - r, y - r * 1.3, x + r, y - r * 1.3, x + r, y);
        envelope.curveTo(x + r, y + r * 0.6, x + r * 0.5, y + r * 0.9, x + r * 0.28, y + r * 1.35);
        envelope.closePath();
        g.setStroke(new BasicStroke(1.4f));
        g.setColor(new Color(60, 44, 36));
        g.draw(new Line2D.Double(x - r * 0.26, y + r * 1.35, x - r * 0.16, y + r * 1.62));
        g.draw(new Line2D.Double(x + r * 0.26, y + r * 1.35, x + r * 0.16, y + r * 1.62));
        g.setColor(light.seen(Rgb.of(150, 104, 62), 0).mix(Rgb.of(120, 80, 50), 0.5).color());
        g.fill(new Rectangle2D.Double(x - r * 0.19, y + r * 1.6, r * 0.38, r * 0.3));
        g.setColor(colour.color());
        g.fill(envelope);
        Area gores = new Area();
        gores.add(new Area(new Ellipse2D.Double(x - r * 0.62, y - r * 1.1, r * 1.24, r * 2.9)));
        gores.subtract(new Area(new Ellipse2D.Double(x - r * 0.24, y - r * 1.1, r * 0.48, r * 2.9)));
        gores.intersect(new Area(envelope));
        g.setColor(colour.mix(Rgb.grey(1), 0.3).color());
        g.fill(gores);
        shade(envelope, x, y, r * 1.5);
    }

    /** Light from the sun's side and shadow from the other, over a shape. */
    private void shade(Shape shape, double x, double y, double r) {
        double side = light.sunX() < x ? -1 : 1;
        canvas.graphics()
                .setPaint(new RadialGradientPaint(
                        new Point2D.Double(x + side * r * 0.3, y - r * 0.3),
                        (float) (r * 1.25),
                        new float[] {0, 0.35f, 1},
                        new Color[] {new Color(255, 255, 255, 90), new Color(255, 255, 255, 0), new Color(0, 0, 20, 130)}));
        canvas.graphics().fill(shape);
    }

    private void ball(double x, double y, double r, Rgb colour) {
        var g = canvas.graphics();
        double side = light.sunX() < x ? 1 : -1;
        if (water) {
            g.setColor(colour.times(0.7).color(0.45));
            g.fill(new Ellipse2D.Double(x - r * 0.9, y + r * 0.6, r * 1.8, r * 1.1));
        } else {
            g.setColor(new Color(0, 0, 20, 90));
            g.fill(new Ellipse2D.Double(x - r * 1.1 + side * r * 0.5, y + r * 0.62, r * 2.2, r * 0.55));
        }
        Ellipse2D ball = new Ellipse2D.Double(x - r, y - r, 2 * r, 2 * r);
        Shape seen = ball;
        if (water) {
            Area above = new Area(ball);
            above.subtract(new Area(new Rectangle2D.Double(x - r, y + r * 0.72, 2 * r, r)));
            seen = above;
        }
        g.setColor(colour.color());
        g.fill(seen);
        shade(seen, x, y, r * 1.1);
        g.setColor(new Color(255, 255, 255, 150));
        g.fill(new Ellipse2D.Double(x - side * r * 0.45 - r * 0.18, y - r * 0.6, r * 0.36, r * 0.28));
    }

    private void sailboat(double x, double y, double h, Rgb colour) {
        var g = canvas.graphics();
        double lean = random.nextBoolean() ? 1 : -1;
        for (int mirrored = 1; mirrored >= 0; mirrored--) {
            double up = mirrored == 1 ? 0.55 : -1;
            double alpha = mirrored == 1 ? 0.35 : 1;
            Path2D main = new Path2D.Double();
            main.moveTo(x + lean * 2, y + up * h);
            main.quadTo(x + lean * h * 0.42, y + up * h * 0.5, x + lean * h * 0.44, y + up * h * 0.14);
            main.lineTo(x + lean * 2, y + up * h * 0.14);
            main.closePath();
            Path2D jib = new Path2D.Double();
            jib.moveTo(x - lean * 2, y + up * h * 0.9);
            jib.quadTo(x - lean * h * 0.24, y + up * h * 0.45, x - lean * h * 0.32, y + up * h * 0.16);
            jib.lineTo(x - lean * 2, y + up * h * 0.16);
            jib.closePath();
            g.setColor(colour.color(alpha));
            g.fill(main);
            g.setColor(colour.mix(Rgb.grey(1), 0.35).color(alpha));
            g.fill(jib);
            g.setColor(light.seen(Rgb.of(250, 246, 238), 0.1).color(alpha));
            Arc2D hull = new Arc2D.Double(
                    x - h * 0.42, y - h * 0.12 - (mirrored == 1 ? 0 : h * 0.03), h * 0.84, h * 0.3, 180, 180, Arc2D.CHORD);
            if (mirrored == 0) {
                g.fill(hull);
                g.setColor(light.seen(Rgb.of(96, 58, 40), 0).color());
                g.setStroke(new BasicStroke(2.2f));
                g.draw(new Line2D.Double(x, y, x, y - h * 1.02));
            }
        }
    }
}
