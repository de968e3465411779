package io.darkroom.training.objective;

import static io.darkroom.training.net.Scalars.times;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/**
 * The parts of the VAE's objective (Kingma and Welling 2013; Esser et al. 2021; Rombach et al. 2022, appendix G):
 *
 * <pre>L_VAE = L_rec + l_KL L_KL + l_perc L_perc + l_adv L_adv</pre>
 *
 * <p>Pictures are [batch, 3, height, width] in -1..1. Means are over everything, so that weights do not depend on sizes.
 */
public final class Autoencoding {
    private static final float LEAST_LOG_VARIANCE = -30;
    private static final float GREATEST_LOG_VARIANCE = 20;

    private Autoencoding() {}

    /** mean |x - y|. */
    public static NDArray absolute(NDArray x, NDArray y) {
        return x.sub(y).abs().mean();
    }

    /** mean (x - y)^2. */
    public static NDArray squared(NDArray x, NDArray y) {
        NDArray d = x.sub(y);
        return d.mul(d).mean();
    }

    /**
     * L_rec: absolute and squared error, and the absolute error of the pictures averaged down by 2, 4 and 8, so that large
     * shapes and their colours count beside single pixels.
     */
    public static NDArray reconstruction(NDArray x, NDArray y) {
        NDArray loss = absolute(x, y).add(squared(x, y));
        NDArray fine = x.sub(y);
        for (int scale = 2; scale <= 8; scale *= 2) {
            fine = averaged(fine);
            loss = loss.add(fine.abs().mean());
        }
        return loss;
    }

    /** Every two by two pixels as their mean. */
    private static NDArray averaged(NDArray x) {
        Shape s = x.getShape();
        return x.reshape(s.get(0), s.get(1), s.get(2) / 2, 2, s.get(3) / 2, 2)
                .mean(new int[] {5})
                .mean(new int[] {3});
    }

    /**
     * L_KL: of N(mean, exp(log variance)) to N(0, 1), the mean over the latents' values:
     * {@code (mean^2 + var - 1 - log var) / 2}.
     */
    public static NDArray divergence(NDArray mean, NDArray logVariance) {
        return times(
                mean.mul(mean).add(logVariance.exp()).sub(1).sub(logVariance).mean(), 0.5);
    }

    /** Mean and log variance of a posterior, [batch, 2c, h, w] as an encoder gives it; the latter kept in -30..20. */
    public static NDArray[] posterior(NDArray parameters) {
        NDList parts = parameters.split(2, 1);
        return new NDArray[] {parts.get(0), parts.get(1).clip(LEAST_LOG_VARIANCE, GREATEST_LOG_VARIANCE)};
    }

    /** mean + exp(log variance / 2) * epsilon (the reparameterisation). */
    public static NDArray sample(NDArray mean, NDArray logVariance, NDArray epsilon) {
        return mean.add(times(logVariance, 0.5).exp().mul(epsilon));
    }

    /**
     * L_perc (Zhang et al. 2018, without their learnt weights): the features of a network at each place scaled to length
     * 1 over the channels; the squared distance, summed over channels, as mean over places and layers.
     *
     * @param x each layer's features, [batch, c, h, w]
     * @param y those of the other picture
     */
    public static NDArray perceptual(List<NDArray> x, List<NDArray> y) {
        NDArray sum = null;
        for (int i = 0; i < x.size(); i++) {
            NDArray d = unit(x.get(i)).sub(unit(y.get(i)));
            NDArray layer = d.mul(d).sum(new int[] {1}).mean();
            sum = sum == null ? layer : sum.add(layer);
        }
        if (sum == null) {
            throw new IllegalArgumentException("no layers");
        }
        return times(sum, 1.0 / x.size());
    }

    private static NDArray unit(NDArray features) {
        NDArray length =
                features.mul(features).sum(new int[] {1}, true).add(1e-8f).sqrt();
        return features.div(length);
    }

    /** L_adv of the decoder: minus the mean of what the critic says of its pictures (hinge form, Lim and Ye 2017). */
    public static NDArray adversarial(NDArray ofReconstructed) {
        return ofReconstructed.mean().neg();
    }

    /** The critic's own loss: {@code (mean max(0, 1 - real) + mean max(0, 1 + reconstructed)) / 2}. */
    public static NDArray critic(NDArray ofReal, NDArray ofReconstructed) {
        return times(
                positive(ofReal.neg().add(1))
                        .mean()
                        .add(positive(ofReconstructed.add(1)).mean()),
                0.5);
    }

    private static NDArray positive(NDArray x) {
        return x.getNDArrayInternal().relu();
    }
}
