package io.darkroom.training.run;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How a stage learns.
 *
 * @param steps how many there are
 * @param batch samples of a step
 * @param adamw the learning rate of AdamW (Loshchilov and Hutter 2017): biases, norms, embeddings, first and last layers
 * @param muon the learning rate of Muon (Jordan et al. 2024): every other matrix and convolution; 0 leaves them to AdamW
 * @param weightDecay of matrices and convolutions, a step's share times the learning rate
 * @param warmup steps in which the learning rate rises to its full height
 * @param floor the share of the learning rate that is left at the end of its cosine
 * @param clip the greatest norm of a step's gradient; a longer one is shortened to it
 * @param ema how much of the weights' average stays each step, at first less: (1 + step) / (10 + step); 0: it is the weights
 */
record Learning(
        int steps,
        int batch,
        double adamw,
        double muon,
        @JsonProperty("weight_decay") double weightDecay,
        int warmup,
        double floor,
        double clip,
        double ema) {
    Learning {
        atLeast("steps", steps, 1);
        atLeast("batch", batch, 1);
        atLeast("adamw", adamw, 0);
        atLeast("muon", muon, 0);
        atLeast("weight_decay", weightDecay, 0);
        atLeast("warmup", warmup, 0);
        atLeast("clip", clip, 1e-6);
        if (!(floor >= 0 && floor <= 1)) {
            throw new IllegalArgumentException("floor: " + floor + " is not in 0..1");
        }
        if (!(ema >= 0 && ema < 1)) {
            throw new IllegalArgumentException("ema: " + ema + " is not in 0..1, 1 excluded");
        }
    }

    private static void atLeast(String name, double value, double least) {
        if (!(value >= least)) {
            throw new IllegalArgumentException(name + ": " + value + " is less than " + least);
        }
    }

    /** The share of the full learning rate in a step: linear warm-up, then half a cosine down to the floor. */
    double share(long step) {
        if (step < warmup) {
            return (step + 1.0) / warmup;
        }
        double at = (step - warmup) / (double) Math.max(1, steps - warmup);
        return floor + (1 - floor) * (1 + Math.cos(Math.PI * Math.min(1, at))) / 2;
    }
}
