package io.darkroom.training.objective;

import java.util.Random;

/** Where on the path from data (0) to noise (1) the samples of a batch are. */
@FunctionalInterface
public interface Times {
    /** As many as there are samples, each in [0, 1). */
    float[] draw(int batch, Random random);

    /**
     * Uniform, one from each of as many equal parts (stratified, as in Kingma et al. 2021, "low-discrepancy sampler"), in
     * random order: the loss of a batch varies less.
     */
    static Times stratified() {
        return (batch, random) -> {
            float[] u = new float[batch];
            for (int i = 0; i < batch; i++) {
                u[i] = below1((i + random.nextDouble()) / batch);
            }
            return shuffled(u, random);
        };
    }

    /**
     * Logit-normal (Esser et al. 2024, section 3.1): more of the middle, where the velocity is hardest to tell. Stratified
     * too: u = sigmoid(mean + deviation * n), n at a random place of each of as many equally likely parts.
     *
     * @param mean of the logit: 0 is symmetrical, above 0 leans to noise
     * @param deviation of the logit, above 0
     */
    static Times logitNormal(double mean, double deviation) {
        if (!(deviation > 0)) {
            throw new IllegalArgumentException("logit-normal deviation: " + deviation + " is not above 0");
        }
        return (batch, random) -> {
            float[] u = new float[batch];
            for (int i = 0; i < batch; i++) {
                double n = Normal.quantile((i + random.nextDouble()) / batch);
                u[i] = below1(1 / (1 + Math.exp(-(mean + deviation * n))));
            }
            return shuffled(u, random);
        };
    }

    private static float below1(double u) {
        return Math.min((float) u, Math.nextDown(1f));
    }

    private static float[] shuffled(float[] values, Random random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            float v = values[i];
            values[i] = values[j];
            values[j] = v;
        }
        return values;
    }
}
