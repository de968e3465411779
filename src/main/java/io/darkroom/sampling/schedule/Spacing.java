package io.darkroom.sampling.schedule;

/**
 * How a few timesteps are chosen among those of training (Lin et al. 2024, table 2), with numpy's rounding: half to
 * even. All rise or fall as said; callers turn them round.
 */
public final class Spacing {
    private Spacing() {}

    /** numpy.linspace: n values from start to end. */
    public static double[] linspace(double start, double end, int n) {
        double[] out = new double[n];
        double step = n > 1 ? (end - start) / (n - 1) : 0;
        for (int i = 0; i < n; i++) {
            out[i] = i * step + start;
        }
        if (n > 1) {
            out[n - 1] = end;
        }
        return out;
    }

    /** "leading": multiples of a whole ratio, rising, and an offset. */
    public static double[] leading(int n, int ratio, int offset) {
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = (double) i * ratio + offset;
        }
        return out;
    }

    /** "trailing": from a last timestep down in equal steps, rounded, less one; falling. */
    public static double[] trailing(int n, int trainTimesteps, int last) {
        double ratio = (double) trainTimesteps / n;
        double[] out = new double[(int) Math.ceil((0 - last) / -ratio)];
        double step = (last - ratio) - last;
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.rint(last + i * step) - 1;
        }
        return out;
    }

    /** Each value rounded to the nearest whole number. */
    public static double[] rounded(double[] values) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.rint(values[i]);
        }
        return out;
    }

    /** Each value cut to a whole number, as a cast to int64 does. */
    public static double[] truncated(double[] values) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (long) values[i];
        }
        return out;
    }

    /** Each value rounded to float32. */
    public static double[] toFloat32(double[] values) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) values[i];
        }
        return out;
    }

    /** In the opposite order. */
    public static double[] reversed(double[] values) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[values.length - 1 - i];
        }
        return out;
    }

    /** With one more value at the end. */
    public static double[] append(double[] values, double last) {
        double[] out = java.util.Arrays.copyOf(values, values.length + 1);
        out[values.length] = last;
        return out;
    }

    /** Without the last value. */
    public static double[] withoutLast(double[] values) {
        return java.util.Arrays.copyOf(values, values.length - 1);
    }

    /** The first value once, every other twice: the timesteps of a solver with two evaluations a step. */
    public static double[] firstOnceOthersTwice(double[] values) {
        double[] out = new double[2 * values.length - 1];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[(i + 1) / 2];
        }
        return out;
    }
}
