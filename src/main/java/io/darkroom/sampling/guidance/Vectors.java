package io.darkroom.sampling.guidance;

import io.darkroom.tensor.Tensor;

/** Sums over one picture's prediction, in double. */
final class Vectors {
    private Vectors() {}

    static double dot(Tensor x, Tensor y) {
        float[] a = x.data();
        float[] b = y.data();
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    static double norm(Tensor x) {
        return Math.sqrt(dot(x, x));
    }

    /** The unbiased standard deviation. */
    static double std(Tensor x) {
        double mean = 0;
        for (float v : x.data()) {
            mean += v;
        }
        mean /= x.size();
        double sum = 0;
        for (float v : x.data()) {
            sum += (v - mean) * (v - mean);
        }
        return Math.sqrt(sum / (x.size() - 1));
    }

    /** Python's math.isclose with its defaults. */
    static boolean isClose(double a, double b) {
        return a == b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
    }
}
