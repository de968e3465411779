package io.darkroom.sampling;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a pipeline passes to diffusers' set_timesteps and step.
 *
 * @param steps {@code num_inference_steps}; not used where timesteps or sigmas are given
 * @param timesteps an explicit schedule, falling; null: by the class's spacing
 * @param sigmas an explicit schedule in noise levels, as diffusers takes it (Euler's with the final 0, flow-matching
 *     ones without); null: by the class
 * @param mu the resolution-dependent shift of {@code use_dynamic_shifting}
 * @param originalInferenceSteps LCM's and TCD's {@code original_inference_steps}; null: the config's
 * @param strength LCM's and TCD's {@code strength} of {@code set_timesteps}; 1 for text to image
 * @param options what diffusers' step takes
 */
public record ScheduleRequest(
        int steps,
        @Nullable List<Double> timesteps,
        @Nullable List<Double> sigmas,
        @Nullable Double mu,
        @Nullable Integer originalInferenceSteps,
        double strength,
        StepOptions options) {
    public ScheduleRequest {
        timesteps = timesteps == null ? null : List.copyOf(timesteps);
        sigmas = sigmas == null ? null : List.copyOf(sigmas);
    }

    /** So many steps, everything else by default. */
    public static ScheduleRequest ofSteps(int steps) {
        return new ScheduleRequest(steps, null, null, null, null, 1.0, StepOptions.DEFAULT);
    }

    /** With explicit timesteps. */
    public ScheduleRequest withTimesteps(List<Double> values) {
        return new ScheduleRequest(values.size(), values, sigmas, mu, originalInferenceSteps, strength, options);
    }

    /** With explicit sigmas. */
    public ScheduleRequest withSigmas(List<Double> values) {
        return new ScheduleRequest(steps, timesteps, values, mu, originalInferenceSteps, strength, options);
    }

    /** With the resolution-dependent shift. */
    public ScheduleRequest withMu(double value) {
        return new ScheduleRequest(steps, timesteps, sigmas, value, originalInferenceSteps, strength, options);
    }

    /** With LCM's number of original steps. */
    public ScheduleRequest withOriginalInferenceSteps(int value) {
        return new ScheduleRequest(steps, timesteps, sigmas, mu, value, strength, options);
    }

    /** With LCM's strength. */
    public ScheduleRequest withStrength(double value) {
        return new ScheduleRequest(steps, timesteps, sigmas, mu, originalInferenceSteps, value, options);
    }

    /** With arguments of {@code step}. */
    public ScheduleRequest withOptions(StepOptions value) {
        return new ScheduleRequest(steps, timesteps, sigmas, mu, originalInferenceSteps, strength, value);
    }
}
