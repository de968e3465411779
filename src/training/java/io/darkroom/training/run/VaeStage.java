package io.darkroom.training.run;

import static io.darkroom.training.net.Scalars.times;
import static io.darkroom.training.objective.Autoencoding.adversarial;
import static io.darkroom.training.objective.Autoencoding.critic;
import static io.darkroom.training.objective.Autoencoding.divergence;
import static io.darkroom.training.objective.Autoencoding.perceptual;
import static io.darkroom.training.objective.Autoencoding.posterior;
import static io.darkroom.training.objective.Autoencoding.reconstruction;
import static io.darkroom.training.objective.Autoencoding.sample;
import static io.darkroom.training.objective.Autoencoding.squared;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.darkroom.training.data.DrawnSet;
import io.darkroom.training.data.Landscape;
import io.darkroom.training.net.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Trains a VAE on squares of pictures and, in the last part, on whole ones; or its decoder alone, while the encoder, and so
 * the latents, stay as they are.
 */
final class VaeStage implements Stage {
    private final String name;
    private final Learning learning;
    private final Crops crops;
    private final VaeWeights weights;
    private final DrawnSet set;
    private final Network encoder;
    private final Network decoder;
    private final Network critic;
    private final Network features;
    private final boolean decoderOnly;
    private final List<Learner> vae;
    private final Learner ofCritic;

    /**
     * Which part of a picture a sample is.
     *
     * @param size of a square, in pixels; a multiple of 8
     * @param wholeFrom the share of the steps after which samples are whole pictures
     * @param wholeBatch how many whole pictures a step has
     */
    record Crops(int size, @JsonProperty("whole_from") double wholeFrom, @JsonProperty("whole_batch") int wholeBatch) {
        Crops {
            if (size < 8 || size > Landscape.SIDE || size % 8 != 0) {
                throw new IllegalArgumentException(
                        "crop size: " + size + " is no multiple of 8 in 8.." + Landscape.SIDE + " pixels");
            }
            if (!(wholeFrom >= 0 && wholeFrom <= 1)) {
                throw new IllegalArgumentException("whole_from: " + wholeFrom + " is not in 0..1");
            }
            if (wholeBatch < 1) {
                throw new IllegalArgumentException("whole_batch: " + wholeBatch + " is less than 1");
            }
        }
    }

    /** The networks of a VAE and of its objective. The stage owns them. */
    record Networks(Network encoder, Network decoder, Network critic, Network features) {}

    VaeStage(
            String name,
            Learning learning,
            Crops crops,
            VaeWeights weights,
            DrawnSet set,
            Networks networks,
            boolean decoderOnly,
            NDManager manager) {
        this.name = name;
        this.learning = learning;
        this.crops = crops;
        this.weights = weights;
        this.set = set;
        this.encoder = networks.encoder();
        this.decoder = networks.decoder();
        this.critic = networks.critic();
        this.features = networks.features();
        this.decoderOnly = decoderOnly;
        features.trainable(false);
        encoder.trainable(!decoderOnly);
        this.vae = new ArrayList<>();
        if (!decoderOnly) {
            vae.add(new Learner("encoder", encoder, learning, manager));
        }
        vae.add(new Learner("decoder", decoder, learning, manager));
        this.ofCritic = new Learner("critic", critic, learning, manager);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Learning learning() {
        return learning;
    }

    @Override
    public List<Learner> learners() {
        List<Learner> all = new ArrayList<>(vae);
        all.add(ofCritic);
        return all;
    }

    @Override
    public Map<String, Double> step(long step, Random random, NDManager scope) {
        boolean whole = step >= crops.wholeFrom() * learning.steps();
        int batch = whole ? crops.wholeBatch() : learning.batch();
        int size = whole ? Landscape.SIDE : crops.size();
        NDArray x = Batches.pictures(set, Batches.numbers(set, batch, random), size, random, scope);
        double from = weights.adversarialFrom() * learning.steps();
        boolean judged = weights.adversarial() > 0 && step >= from;
        // Rises over a hundred steps: a sudden new force would throw the decoder off.
        double adversarialNow = judged ? weights.adversarial() * Math.min(1, (step - from + 1) / 100) : 0;
        critic.trainable(false);
        NDArray y;
        NDArray loss;
        NDArray kl;
        NDArray seen;
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            NDArray[] posterior = posterior(encoder.forward(x)[0]);
            NDArray epsilon = Batches.normal(posterior[0].getShape(), random, scope);
            y = decoder.forward(sample(posterior[0], posterior[1], epsilon))[0];
            kl = divergence(posterior[0], posterior[1]);
            seen = perceptual(levels(x), levels(y));
            loss = reconstruction(x, y).add(times(seen, weights.perceptual()));
            if (!decoderOnly) {
                loss = loss.add(times(kl, weights.kl()));
            }
            if (judged) {
                loss = loss.add(times(adversarial(critic.forward(y)[0]), adversarialNow));
            }
            collector.backward(loss);
        }
        double norm = Learner.step(vae, step, scope);
        double ofReal = judged ? criticise(x, y.stopGradient(), step, scope) : 0;
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", (double) loss.getFloat());
        values.put(
                "psnr",
                10 * Math.log10(4 / Math.max(1e-12, squared(x, y.stopGradient()).getFloat())));
        values.put("kl", (double) kl.getFloat());
        values.put("perceptual", (double) seen.getFloat());
        values.put("critic", ofReal);
        values.put("gradient", norm);
        return values;
    }

    /** Every level's activations of the network that reads attributes. */
    private List<NDArray> levels(NDArray picture) {
        NDArray[] outputs = features.forward(picture);
        return Arrays.asList(outputs).subList(2, outputs.length);
    }

    private double criticise(NDArray x, NDArray y, long step, NDManager scope) {
        critic.trainable(true);
        NDArray loss;
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            loss = critic(critic.forward(x)[0], critic.forward(y)[0]);
            collector.backward(loss);
        }
        Learner.step(List.of(ofCritic), step, scope);
        return loss.getFloat();
    }

    @Override
    public void close() {
        encoder.close();
        decoder.close();
        critic.close();
        features.close();
    }
}
