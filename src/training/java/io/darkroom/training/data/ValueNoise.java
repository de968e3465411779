package io.darkroom.training.data;

/**
 * Smooth noise in the plane: random values at whole coordinates, smoothly interpolated between (value noise), and the sum
 * of octaves of it, each twice as fine and half as strong. Pure functions of seed and place.
 */
record ValueNoise(int seed) {
    /** One octave, in 0..1. */
    double at(double x, double y) {
        int ix = (int) Math.floor(x);
        int iy = (int) Math.floor(y);
        double fx = smooth(x - ix);
        double fy = smooth(y - iy);
        double top = value(ix, iy) + (value(ix + 1, iy) - value(ix, iy)) * fx;
        double low = value(ix, iy + 1) + (value(ix + 1, iy + 1) - value(ix, iy + 1)) * fx;
        return top + (low - top) * fy;
    }

    /** Several octaves, in 0..1. */
    double octaves(double x, double y, int octaves) {
        double sum = 0;
        double weight = 1;
        double total = 0;
        double scale = 1;
        for (int i = 0; i < octaves; i++) {
            sum += weight * at(x * scale + 17.3 * i, y * scale - 9.1 * i);
            total += weight;
            weight /= 2;
            scale *= 2;
        }
        return sum / total;
    }

    private static double smooth(double t) {
        return t * t * (3 - 2 * t);
    }

    private double value(int x, int y) {
        int h = x * 0x27d4eb2d ^ y * 0x165667b1 ^ seed * 0x9e3779b1;
        h = (h ^ h >>> 15) * 0x85ebca6b;
        h = (h ^ h >>> 13) * 0xc2b2ae35;
        return ((h ^ h >>> 16) & 0xFFFFFF) / (double) 0x1000000;
    }
}
