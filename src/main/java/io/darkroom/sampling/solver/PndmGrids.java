package io.darkroom.sampling.solver;

import io.darkroom.sampling.SchedulerConfig;
import java.util.Arrays;

/** The timesteps of PNDM and IPNDM. */
final class PndmGrids {
    /** How many of the last timesteps the Runge-Kutta steps span. */
    private static final int RUNGE_KUTTA_NODES = 4;

    private PndmGrids() {}

    /** PLMS without Runge-Kutta steps: the second timestep twice, for the corrected first step. */
    static double[] secondTwice(double[] falling) {
        if (falling.length < 2) {
            return falling;
        }
        double[] out = new double[falling.length + 1];
        out[0] = falling[0];
        System.arraycopy(falling, 1, out, 1, 1);
        System.arraycopy(falling, 1, out, 2, falling.length - 1);
        return out;
    }

    /** The evaluations of three Runge-Kutta steps: each node, and twice the one half a stride below. */
    static double[] rungeKutta(double[] falling, int train) {
        int half = train / falling.length / 2;
        double[] pairs = new double[2 * RUNGE_KUTTA_NODES]; // rising: node, node + half a stride
        for (int k = 0; k < RUNGE_KUTTA_NODES; k++) {
            double node = falling[RUNGE_KUTTA_NODES - 1 - k];
            pairs[2 * k] = node;
            pairs[2 * k + 1] = node + half;
        }
        double[] out = new double[2 * (pairs.length - 1) - 2];
        for (int i = 0; i < out.length; i++) {
            out[out.length - 1 - i] = pairs[(i + 1) / 2];
        }
        return out;
    }

    /** The Runge-Kutta evaluations, then the timesteps from the fourth on. */
    static double[] after(double[] rungeKutta, double[] falling) {
        double[] out = Arrays.copyOf(rungeKutta, rungeKutta.length + falling.length - 3);
        System.arraycopy(falling, 3, out, rungeKutta.length, falling.length - 3);
        return out;
    }

    /** IPNDM's noise scales, sin^2 from 1 to 0, or its trained ones: one more than the n timesteps. */
    static double[] sines(SchedulerConfig config, int n) {
        double[] trained = config.numbers("trained_betas");
        if (trained.length > 0) {
            return io.darkroom.sampling.schedule.Spacing.toFloat32(trained);
        }
        double[] out = new double[n + 1];
        for (int i = 0; i < n; i++) {
            float step = (float) (1 - (double) i / n);
            float sine = (float) Math.sin(step * (float) Math.PI / 2);
            out[i] = sine * sine;
        }
        return out;
    }

    /** The angles of the noise scales, 1 for pure noise. */
    static double[] angles(double[] betas) {
        double[] out = new double[betas.length - 1];
        for (int i = 0; i < out.length; i++) {
            float beta = (float) betas[i];
            float alpha = (float) Math.sqrt(1f - beta * beta);
            out[i] = (float) (Math.atan2(beta, alpha) / Math.PI * 2);
        }
        return out;
    }
}
