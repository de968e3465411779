package io.darkroom.training.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.darkroom.training.data.DrawnSet;
import io.darkroom.training.objective.ConditionDropout;
import io.darkroom.training.objective.Times;
import io.darkroom.training.objective.Weighting;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a run depends on, from a YAML file.
 *
 * @param seed of all chance
 * @param checkpointInterval how much work a kill may cost: {@code 30s}, {@code 2m}, {@code 1h}
 * @param data how much is drawn
 * @param features the network whose features the VAE's perceptual distance is of
 * @param judge the classifier that reads attributes back, trained on drawings of its own
 * @param vae the autoencoder
 * @param decoder its decoder alone, afterwards
 * @param models the denoisers, by the name of the model that they become
 */
record TrainingConfig(
        long seed,
        @JsonProperty("checkpoint_interval") String checkpointInterval,
        Data data,
        Classifier features,
        Classifier judge,
        Vae vae,
        Vae decoder,
        Map<String, Denoiser> models) {
    private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*([smh])");

    /**
     * Numbers of pictures.
     *
     * @param training that the models are trained on
     * @param judging that the judge is trained on: of another seed
     * @param heldOut that nothing is trained on: for Frechet distances and prompts
     */
    record Data(int training, int judging, @JsonProperty("held_out") int heldOut) {
        Data {
            between("data.training", training);
            between("data.judging", judging);
            between("data.held_out", heldOut);
        }

        private static void between(String name, int value) {
            if (value < 1 || value > DrawnSet.MOST) {
                throw new IllegalArgumentException(
                        name + ": " + value + " is not in 1.." + DrawnSet.MOST + " pictures");
            }
        }
    }

    /** A classifier. */
    record Classifier(Learning learning) {}

    /** A VAE, or its decoder. */
    record Vae(Learning learning, VaeStage.Crops crops, VaeWeights weights) {}

    /** What a denoiser is. */
    enum Kind {
        /** A UNet with cross-attention. */
        UNET,
        /** A transformer with adaLN-Zero. */
        DIT
    }

    /** What it predicts. */
    enum Predicts {
        EPSILON,
        VELOCITY,
        FLOW
    }

    /**
     * A model.
     *
     * @param minSnrGamma of min-SNR weighting of epsilon and v; null for none
     * @param logitNormal mean and deviation of logit-normal times; null for uniform ones
     * @param conditionDropout the share of captions that become empty
     */
    record Denoiser(
            Kind kind,
            Predicts predicts,
            @JsonProperty("min_snr_gamma") @Nullable Double minSnrGamma,
            @JsonProperty("logit_normal") @Nullable LogitNormal logitNormal,
            @JsonProperty("condition_dropout") double conditionDropout,
            Learning learning) {
        Denoiser {
            boolean flow = predicts == Predicts.FLOW;
            if (flow != (kind == Kind.DIT)) {
                throw new IllegalArgumentException("predicts: " + predicts + " is not for kind " + kind
                        + "; accepted are FLOW for DIT, EPSILON and VELOCITY for UNET");
            }
            if (flow && minSnrGamma != null) {
                throw new IllegalArgumentException(
                        "min_snr_gamma: " + minSnrGamma + " is not for FLOW, which has no SNR; accepted is null");
            }
            // Each checks its own.
            weighting(minSnrGamma);
            new ConditionDropout(conditionDropout);
            times(logitNormal);
        }

        Weighting weighting() {
            return weighting(minSnrGamma);
        }

        Times times() {
            return times(logitNormal);
        }

        private static Weighting weighting(@Nullable Double minSnrGamma) {
            return minSnrGamma == null ? Weighting.PLAIN : new Weighting(minSnrGamma);
        }

        private static Times times(@Nullable LogitNormal of) {
            return of == null ? Times.stratified() : Times.logitNormal(of.mean(), of.deviation());
        }
    }

    /** Of the times' logit. */
    record LogitNormal(double mean, double deviation) {}

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException where it is none of these; the message names file, place and what is wrong
     */
    static TrainingConfig read(Path file) throws IOException {
        ObjectMapper yaml = YAMLMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                .build();
        try {
            TrainingConfig config = yaml.readValue(file.toFile(), TrainingConfig.class);
            config.checkpointEvery();
            return config;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /** {@link #checkpointInterval}. */
    Duration checkpointEvery() {
        Matcher matcher =
                DURATION.matcher(checkpointInterval.toLowerCase(Locale.ROOT).strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("checkpoint_interval: \"" + checkpointInterval
                    + "\" is no number of seconds (30s), minutes (2m) or hours (1h)");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }
}
