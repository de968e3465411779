package io.darkroom.training.run;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What the parts of the VAE's objective count for.
 *
 * @param kl the divergence of the latents from a standard normal distribution
 * @param perceptual the distance of features
 * @param adversarial what the critic thinks of the reconstruction
 * @param adversarialFrom the share of the steps after which the critic is listened to; it learns from there on
 */
record VaeWeights(
        double kl,
        double perceptual,
        double adversarial,
        @JsonProperty("adversarial_from") double adversarialFrom) {
    VaeWeights {
        if (!(kl >= 0 && perceptual >= 0 && adversarial >= 0)) {
            throw new IllegalArgumentException("weights: kl " + kl + ", perceptual " + perceptual + ", adversarial "
                    + adversarial + "; none may be below 0");
        }
        if (!(adversarialFrom >= 0 && adversarialFrom <= 1)) {
            throw new IllegalArgumentException("adversarial_from: " + adversarialFrom + " is not in 0..1");
        }
    }
}
