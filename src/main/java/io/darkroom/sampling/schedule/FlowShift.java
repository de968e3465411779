package io.darkroom.sampling.schedule;

/** Shifts of flow matching's noise levels towards more noise, for larger pictures. */
public final class FlowShift {
    private FlowShift() {}

    /** By a fixed factor (Esser et al. 2024, equation 23). */
    public static double fixed(double shift, double sigma) {
        return shift * sigma / (1 + (shift - 1) * sigma);
    }

    /** "exponential" dynamic shift: the fixed one by e^mu (FLUX). */
    public static double exponential(double mu, double sigma) {
        return Math.exp(mu) / (Math.exp(mu) + (1 / sigma - 1));
    }

    /** "linear" dynamic shift: the fixed one by mu. */
    public static double linear(double mu, double sigma) {
        return mu / (mu + (1 / sigma - 1));
    }

    /** Stretched so that the last noise level is a given one (LTX-Video's {@code shift_terminal}). */
    public static double[] stretchedTo(double terminal, double[] sigmas) {
        double scale = (1 - sigmas[sigmas.length - 1]) / (1 - terminal);
        double[] out = new double[sigmas.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = 1 - (1 - sigmas[i]) / scale;
        }
        return out;
    }
}
