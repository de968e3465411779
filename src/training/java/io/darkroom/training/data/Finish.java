package io.darkroom.training.data;

import io.darkroom.image.Pixels;
import io.darkroom.training.data.Scene.Style;
import java.awt.BasicStroke;
import java.awt.geom.Line2D;
import java.util.Arrays;
import java.util.Random;

/** What the style does to a drawn canvas, and the averaging down to half its side. */
final class Finish {
    private static final int FULL = Canvas.SIDE;
    private static final int HALF = FULL / 2;

    private final Canvas canvas;
    private final Style style;
    private final Random random;

    Finish(Canvas canvas, Style style, Random random) {
        this.canvas = canvas;
        this.style = style;
        this.random = random;
    }

    Pixels apply() {
        if (style == Style.CARTOON) {
            outlines();
        } else if (style == Style.OIL) {
            strokes();
        }
        float[][] planes = halved();
        switch (style) {
            case PLAIN, OIL -> {}
            case PHOTO -> photo(planes);
            case CARTOON -> posterise(planes);
            case BLACK_AND_WHITE -> grey(planes);
            case BLURRY -> blur(planes, 2.4 + random.nextDouble());
            case LOW_QUALITY -> spoil(planes);
        }
        return pixels(planes);
    }

    private float[][] halved() {
        float[][] planes = new float[3][HALF * HALF];
        int[] from = canvas.pixels();
        for (int c = 0; c < 3; c++) {
            int shift = 16 - 8 * c;
            for (int y = 0; y < HALF; y++) {
                for (int x = 0; x < HALF; x++) {
                    int at = 2 * y * FULL + 2 * x;
                    int sum = (from[at] >> shift & 255)
                            + (from[at + 1] >> shift & 255)
                            + (from[at + FULL] >> shift & 255)
                            + (from[at + FULL + 1] >> shift & 255);
                    planes[c][y * HALF + x] = sum / (4 * 255f);
                }
            }
        }
        return planes;
    }

    private static Pixels pixels(float[][] planes) {
        int[] rgb = new int[HALF * HALF];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = new Rgb(planes[0][i], planes[1][i], planes[2][i]).packed();
        }
        return new Pixels(HALF, HALF, rgb);
    }

    /** Flat colours get dark lines where they meet; what is a few pixels large, as stars and snow, gets none. */
    private void outlines() {
        int[] before = opened(canvas.pixels());
        for (int y = 1; y < FULL - 1; y++) {
            for (int x = 1; x < FULL - 1; x++) {
                double dx = difference(before[y * FULL + x - 1], before[y * FULL + x + 1]);
                double dy = difference(before[(y - 1) * FULL + x], before[(y + 1) * FULL + x]);
                double edge = Sky.smoothstep(0.26, 0.46, dx + dy);
                if (edge > 0) {
                    for (int v = -1; v <= 1; v++) {
                        canvas.blend(x, Canvas.clamp(y + v), new Rgb(0.05, 0.04, 0.1), 0.6 * edge);
                    }
                }
            }
        }
    }

    /** The median of a cross of pixels five wide: small spots vanish, edges stay. */
    private static int[] opened(int[] pixels) {
        int[] median = pixels.clone();
        int[] cross = new int[9];
        for (int y = 2; y < FULL - 2; y++) {
            for (int x = 2; x < FULL - 2; x++) {
                int at = y * FULL + x;
                int colour = 0;
                for (int shift = 0; shift <= 16; shift += 8) {
                    for (int i = 0; i < 5; i++) {
                        cross[i] = pixels[at + i - 2] >> shift & 255;
                    }
                    for (int i = 0; i < 4; i++) {
                        cross[5 + i] = pixels[at + FULL * (i < 2 ? i - 2 : i - 1)] >> shift & 255;
                    }
                    Arrays.sort(cross);
                    colour |= cross[4] << shift;
                }
                median[at] = colour;
            }
        }
        return median;
    }

    private static double difference(int a, int b) {
        return (Math.abs((a >> 16 & 255) - (b >> 16 & 255))
                        + Math.abs((a >> 8 & 255) - (b >> 8 & 255))
                        + Math.abs((a & 255) - (b & 255)))
                / 765.0
                * 2;
    }

    private void posterise(float[][] planes) {
        for (int i = 0; i < HALF * HALF; i++) {
            double luma = 0.299 * planes[0][i] + 0.587 * planes[1][i] + 0.114 * planes[2][i];
            double flat = Math.rint(luma * 6) / 6;
            for (float[] plane : planes) {
                double saturated = luma + 1.55 * (plane[i] - luma);
                plane[i] = (float) (saturated + 0.75 * (flat - luma) + 0.03);
            }
        }
    }

    /** Short thick strokes of the brush along a slowly turning direction, large ones below, small ones above. */
    private void strokes() {
        int[] before = canvas.pixels().clone();
        ValueNoise turn = new ValueNoise(random.nextInt());
        var g = canvas.graphics();
        for (int pass = 0; pass < 2; pass++) {
            int count = pass == 0 ? 1500 : 2600;
            double length = pass == 0 ? 15 : 8;
            g.setStroke(new BasicStroke(pass == 0 ? 7f : 3.8f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            for (int i = 0; i < count; i++) {
                double x = FULL * random.nextDouble();
                double y = FULL * random.nextDouble();
                double angle = 1.6 * (turn.at(x * 0.012, y * 0.012) - 0.5) + 0.5 * (random.nextDouble() - 0.5);
                Rgb colour = Rgb.unpack(before[((int) y) * FULL + (int) x]);
                double value = 1 + 0.14 * (random.nextDouble() - 0.5);
                g.setColor(colour.times(value).color());
                double dx = Math.cos(angle) * length / 2;
                double dy = Math.sin(angle) * length / 2;
                g.draw(new Line2D.Double(x - dx, y - dy, x + dx, y + dy));
            }
        }
    }

    /** Crisp: more contrast, sharpened, darker corners. */
    private static void photo(float[][] planes) {
        for (float[] plane : planes) {
            float[] soft = plane.clone();
            box(soft, 1);
            for (int y = 0; y < HALF; y++) {
                for (int x = 0; x < HALF; x++) {
                    int i = y * HALF + x;
                    double sharp = plane[i] + 0.45 * (plane[i] - soft[i]);
                    double u = (x - 63.5) / 90;
                    double v = (y - 63.5) / 90;
                    double contrast = 0.5 + 1.1 * (sharp - 0.5);
                    plane[i] = (float) (contrast * (1 - 0.2 * (u * u + v * v)));
                }
            }
        }
    }

    private static void grey(float[][] planes) {
        for (int i = 0; i < HALF * HALF; i++) {
            double luma = 0.299 * planes[0][i] + 0.587 * planes[1][i] + 0.114 * planes[2][i];
            float v = (float) (0.5 + 1.15 * (luma - 0.5));
            planes[0][i] = v;
            planes[1][i] = v;
            planes[2][i] = v;
        }
    }

    /** Three box filters come close to a Gaussian. */
    private static void blur(float[][] planes, double sigma) {
        int radius = (int) Math.max(1, Math.round(sigma));
        for (float[] plane : planes) {
            for (int i = 0; i < 3; i++) {
                box(plane, radius);
            }
        }
    }

    private static void box(float[] plane, int radius) {
        float[] line = new float[HALF];
        for (int pass = 0; pass < 2; pass++) {
            int step = pass == 0 ? 1 : HALF;
            int next = pass == 0 ? HALF : 1;
            for (int l = 0; l < HALF; l++) {
                for (int i = 0; i < HALF; i++) {
                    line[i] = plane[l * next + i * step];
                }
                for (int i = 0; i < HALF; i++) {
                    float sum = 0;
                    for (int k = -radius; k <= radius; k++) {
                        sum += line[Math.max(0, Math.min(HALF - 1, i + k))];
                    }
                    plane[l * next + i * step] = sum / (2 * radius + 1);
                }
            }
        }
    }

    /** As a small picture blown up and saved too often: blocks of colour, dull, with few levels. */
    private void spoil(float[][] planes) {
        int block = 4;
        for (float[] plane : planes) {
            for (int y = 0; y < HALF; y += block) {
                for (int x = 0; x < HALF; x += block) {
                    float sum = 0;
                    for (int i = 0; i < block * block; i++) {
                        sum += plane[(y + i / block) * HALF + x + i % block];
                    }
                    double mean = sum / (block * block);
                    double dull = Math.rint((0.5 + 0.72 * (mean - 0.5)) * 14) / 14 + 0.03 * (random.nextDouble() - 0.5);
                    for (int i = 0; i < block * block; i++) {
                        plane[(y + i / block) * HALF + x + i % block] = (float) dull;
                    }
                }
            }
        }
    }
}
