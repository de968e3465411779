package io.darkroom.training.data;

import io.darkroom.image.Pixels;
import io.darkroom.training.data.Scene.Style;
import io.darkroom.training.data.Scene.Weather;
import java.awt.Color;
import java.awt.geom.Ellipse2D;
import java.util.Random;

/**
 * A scene as a picture: from back to front, sky, land, weather, objects, and then what the style does to all of it. Drawn
 * at {@value Canvas#SIDE} pixels a side and averaged down to half of that. The same scene and state of the generator give
 * the same picture.
 */
public final class Landscape {
    /** Pixels a side of a finished picture. */
    public static final int SIDE = Canvas.SIDE / 2;

    private final Scene scene;
    private final Random random;
    private final Canvas canvas = new Canvas();
    private final double horizon;
    private final Light light;
    private final Plants plants;
    private final Ridges ridges;
    private final Water water;

    private Landscape(Scene scene, Random random) {
        this.scene = scene;
        this.random = random;
        this.horizon = Math.rint(Canvas.SIDE * (lowestHorizon(scene) + 0.08 * random.nextDouble()));
        this.light = Light.of(scene.time(), scene.weather(), horizon, random);
        this.plants = new Plants(canvas, light, scene.weather(), random);
        this.ridges = new Ridges(canvas, light, scene, random);
        this.water = new Water(canvas, light, random);
    }

    private static double lowestHorizon(Scene scene) {
        return switch (scene.subject()) {
            case LAKE, SEA -> 0.5;
            case MOUNTAINS -> 0.68;
            case DESERT, HILLS -> 0.54;
            case FOREST -> 0.6;
        };
    }

    /** Draws it. */
    public static Pixels draw(Scene scene, Random random) {
        Landscape landscape = new Landscape(scene, random);
        landscape.paint();
        return new Finish(landscape.canvas, scene.style(), random).apply();
    }

    private void paint() {
        new Sky(canvas, light, horizon, random).paint(scene.weather());
        switch (scene.subject()) {
            case LAKE -> lake();
            case MOUNTAINS -> mountains();
            case SEA -> sea();
            case DESERT -> desert();
            case HILLS -> hills();
            case FOREST -> forest();
        }
        if (scene.weather() == Weather.FOG) {
            fog();
        }
        boolean onWater =
                switch (scene.subject()) {
                    case LAKE, SEA -> true;
                    case MOUNTAINS, DESERT, HILLS, FOREST -> false;
                };
        Things things = new Things(canvas, light, onWater, horizon, random);
        scene.things().forEach(things::paint);
        if (scene.weather() == Weather.SNOW) {
            flakes();
        }
    }

    private Rgb ground(Rgb summer) {
        return scene.weather() == Weather.SNOW ? Rgb.of(236, 242, 252) : summer;
    }

    /** What lies farther down is drawn over by nearer layers. */
    private static int bottom(double y) {
        return Canvas.clamp((int) y) + 1;
    }

    private void lake() {
        ridges.range(horizon, Canvas.SIDE * (0.26 + 0.1 * random.nextDouble()), 0.8, Rgb.of(112, 118, 146));
        ridges.range(horizon, Canvas.SIDE * (0.12 + 0.08 * random.nextDouble()), 0.45, Rgb.of(84, 98, 108));
        double[] shore = Ridges.rolling(horizon - 4, 4, 1.5, random);
        plants.row(shore, 12 + 8 * random.nextDouble(), 6, 0.25, ground(Rgb.of(34, 74, 58)).mix(Rgb.of(34, 74, 58), 0.6));
        water.mirror((int) horizon, Rgb.of(24, 70, 96));
        if (random.nextDouble() < 0.35) {
            bank();
        }
    }

    /** The near shore, with a few pines that frame the view. */
    private void bank() {
        boolean left = random.nextBoolean();
        double[] edge = new double[Canvas.SIDE];
        double reach = Canvas.SIDE * (0.35 + 0.2 * random.nextDouble());
        for (int x = 0; x < Canvas.SIDE; x++) {
            double u = (left ? x : Canvas.SIDE - x) / reach;
            edge[x] = Canvas.SIDE * (0.86 + 0.2 * u * u);
        }
        Rgb grass = ground(Rgb.of(58, 96, 52));
        canvas.below(edge, (x, y, depth) -> light.seen(grass.times(0.8 - 0.004 * depth), 0));
        for (int i = 0; i < 2; i++) {
            double x = Canvas.SIDE * (0.03 + 0.1 * i + 0.05 * random.nextDouble());
            plants.pine(left ? x : Canvas.SIDE - x, Canvas.SIDE * 0.93, 110 - 30 * i, 0, Rgb.of(24, 58, 44));
        }
    }

    private void mountains() {
        double low = horizon + 10;
        ridges.range(low, Canvas.SIDE * (0.46 + 0.1 * random.nextDouble()), 0.75, Rgb.of(120, 124, 152));
        ridges.range(low, Canvas.SIDE * (0.28 + 0.1 * random.nextDouble()), 0.42, Rgb.of(98, 102, 120));
        double[] foot = Ridges.rolling(horizon, 8, 1.2, random);
        meadow(foot, 0.25, ground(Rgb.of(72, 112, 66)));
        plants.row(foot, 16 + 6 * random.nextDouble(), 9, 0.2, Rgb.of(30, 70, 54));
        double[] near = Ridges.rolling(Canvas.SIDE * 0.86, 8, 0.9, random);
        meadow(near, 0.05, ground(Rgb.of(88, 130, 62)));
    }

    private void meadow(double[] edge, double distance, Rgb grass) {
        ValueNoise noise = new ValueNoise(random.nextInt());
        double relief = scene.style() == Style.PHOTO ? 0.5 : 0.22;
        canvas.between(edge, bottom(edge[0] + 75), (x, y, depth) -> {
            double texture = noise.octaves(x * 0.03, y * 0.09, 3) - 0.5;
            double shine = 1.12 - 0.0045 * depth + relief * texture;
            return light.seen(grass.times(shine), Math.max(0, distance - 0.002 * depth));
        });
    }

    private void sea() {
        if (random.nextDouble() < 0.4) {
            island();
        }
        water.sea((int) horizon, scene.time());
        if (random.nextDouble() < 0.45) {
            beach();
        }
    }

    private void island() {
        double at = Canvas.SIDE * random.nextDouble();
        double wide = 40 + 50 * random.nextDouble();
        double high = 14 + 16 * random.nextDouble();
        ValueNoise noise = new ValueNoise(random.nextInt());
        double[] edge = new double[Canvas.SIDE];
        for (int x = 0; x < Canvas.SIDE; x++) {
            double u = (x - at) / wide;
            edge[x] = horizon + 1 - high * Math.exp(-u * u) * (0.6 + 0.8 * noise.octaves(x * 0.05, 1, 2));
        }
        Rgb rock = ground(Rgb.of(86, 104, 98));
        canvas.between(edge, (int) horizon, (x, y, depth) -> light.seen(rock, 0.6));
    }

    private void beach() {
        double[] edge = Ridges.rolling(Canvas.SIDE * (0.88 + 0.05 * random.nextDouble()), 5, 0.7, random);
        double[] foam = edge.clone();
        for (int x = 0; x < foam.length; x++) {
            foam[x] -= 5;
        }
        canvas.below(foam, (x, y, depth) -> light.seen(Rgb.of(240, 246, 248), 0.1));
        Rgb sand = ground(Rgb.of(228, 198, 148));
        canvas.below(edge, (x, y, depth) -> light.seen(sand.times(depth < 8 ? 0.82 : 1), 0));
    }

    private void desert() {
        int layers = 4;
        for (int i = 0; i < layers; i++) {
            double near = i / (layers - 1.0);
            double base = horizon + (Canvas.SIDE * 0.86 - horizon) * near * near + 4;
            dune(base, 9 + 17 * near, 1 - near);
        }
    }

    /** A row of dunes: each crest with its bright face to the sun and its dark slip face, that meet in a curved line. */
    private void dune(double base, double height, double distance) {
        double[] edge = new double[Canvas.SIDE];
        double wave = 170 + 130 * random.nextDouble();
        double start = -wave * random.nextDouble();
        double sunSide = light.sunX() < Canvas.SIDE / 2.0 ? -1 : 1;
        double[] crest = new double[Canvas.SIDE];
        double[] fade = new double[Canvas.SIDE];
        for (int x = 0; x < Canvas.SIDE; x++) {
            double u = ((x - start) / wave) % 1;
            double v = u < 0 ? u + 1 : u;
            double w = sunSide < 0 ? v : 1 - v;
            double rise = w < 0.64 ? Sky.smoothstep(0, 1.15, w / 0.64) / 0.97 : 1 - Sky.smoothstep(-0.25, 1, (w - 0.64) / 0.36);
            edge[x] = base - height * Math.min(1, rise);
            crest[x] = (w - 0.64) * wave;
            fade[x] = Sky.smoothstep(1, 0.66, w);
        }
        ValueNoise noise = new ValueNoise(random.nextInt());
        double relief = scene.style() == Style.PHOTO ? 0.16 : 0.06;
        Rgb sand = Rgb.of(236, 186, 118);
        canvas.between(edge, bottom(base + 70), (x, y, depth) -> {
            double below = y - (base - height);
            double side = crest[x] - 0.5 * below + 0.004 * below * below;
            double shade = Sky.smoothstep(-2, 2, side) * fade[x] * Sky.smoothstep(height * 3.2, height, below);
            double ripple = Math.sin(0.42 * y + 0.09 * x + 5 * noise.at(x * 0.02, y * 0.03)) * relief;
            Rgb albedo = sand.times((1.04 - 0.0016 * depth + ripple) * (1 - 0.46 * shade));
            return light.seen(albedo, 0.75 * distance);
        });
    }

    private void hills() {
        if (random.nextDouble() < 0.3) {
            ridges.range(horizon + 6, Canvas.SIDE * 0.16, 0.85, Rgb.of(112, 118, 146));
        }
        Rgb[] greens = {Rgb.of(96, 150, 92), Rgb.of(92, 156, 70), Rgb.of(80, 146, 52), Rgb.of(70, 132, 44)};
        for (int i = 0; i < greens.length; i++) {
            double near = i / (greens.length - 1.0);
            double base = horizon + (Canvas.SIDE * 0.87 - horizon) * near;
            double[] edge = Ridges.rolling(base, 7 + 8 * random.nextDouble(), 0.7 + 0.8 * random.nextDouble(), random);
            meadow(edge, 0.8 * (1 - near), ground(greens[i]));
            if (i > 0 && i < greens.length - 1) {
                trees(edge, near);
            }
        }
    }

    private void trees(double[] edge, double near) {
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            int x = random.nextInt(Canvas.SIDE);
            plants.tree(x, edge[x] + 4, 14 + 16 * near, 0.6 * (1 - near), Rgb.of(58, 118, 52));
        }
    }

    private void forest() {
        int rows = 4;
        for (int i = 0; i < rows; i++) {
            double near = i / (rows - 1.0);
            double base = horizon + (Canvas.SIDE * 0.9 - horizon) * near;
            double[] edge = Ridges.rolling(base, 5, 1 + random.nextDouble(), random);
            Rgb floor = ground(Rgb.of(60, 92, 56));
            double distance = 0.85 * (1 - near);
            canvas.between(
                    edge, bottom(base + 60), (x, y, depth) -> light.seen(floor.times(0.9), distance));
            Rgb green = Rgb.of(40, 92, 66).mix(Rgb.of(22, 62, 44), near);
            plants.row(edge, 46 + 52 * near, 17 + 26 * near, distance, green);
        }
    }

    /** A veil that is thickest a little below the horizon. */
    private void fog() {
        ValueNoise noise = new ValueNoise(random.nextInt());
        Rgb veil = light.veil().mix(Rgb.grey(light.night() ? 0.35 : 0.9), 0.35);
        for (int y = 0; y < Canvas.SIDE; y++) {
            double u = (y - horizon - 8) / (y < horizon ? 95.0 : 120.0);
            double thick = 0.25 + 0.55 * Math.exp(-u * u);
            for (int x = 0; x < Canvas.SIDE; x++) {
                double bank = 0.8 + 0.4 * noise.octaves(x * 0.008, y * 0.03, 2);
                canvas.blend(x, y, veil, Math.min(0.92, thick * bank));
            }
        }
    }

    private void flakes() {
        int count = 45 + random.nextInt(45);
        for (int i = 0; i < count; i++) {
            double r = 1.2 + 2.4 * random.nextDouble() * random.nextDouble();
            double x = Canvas.SIDE * random.nextDouble();
            double y = Canvas.SIDE * random.nextDouble();
            canvas.graphics().setColor(new Color(255, 255, 255, 150 + random.nextInt(100)));
            canvas.graphics().fill(new Ellipse2D.Double(x - r, y - r, 2 * r, 2 * r));
        }
    }
}
