package io.darkroom.sampling.solver;

import io.darkroom.sampling.ScheduleRequest;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.SchedulerException;
import java.util.Arrays;

/** Timesteps of LCM and TCD: a few, evenly, of those that the model was distilled on. */
final class ConsistencyGrids {
    private ConsistencyGrids() {}

    static Grid lcm(SchedulerConfig config, ScheduleRequest request) {
        Integer given = request.originalInferenceSteps();
        int original = given != null ? given : config.integer("original_inference_steps");
        return grid(request, original, strided(config, original, request.strength()));
    }

    /** TCD's original timesteps are all of training's where a number of them is given. */
    static Grid tcd(SchedulerConfig config, ScheduleRequest request) {
        Integer given = request.originalInferenceSteps();
        int original = given != null ? given : config.integer("original_inference_steps");
        double[] rising = strided(config, original, request.strength());
        if (given != null) {
            rising = new double[(int) (config.integer("num_train_timesteps") * request.strength())];
            Arrays.setAll(rising, i -> i);
        }
        return grid(request, original, rising);
    }

    private static double[] strided(SchedulerConfig config, int original, double strength) {
        int stride = config.integer("num_train_timesteps") / original;
        double[] rising = new double[(int) (original * strength)];
        Arrays.setAll(rising, i -> (i + 1) * stride - 1);
        return rising;
    }

    private static Grid grid(ScheduleRequest request, int original, double[] rising) {
        if (request.timesteps() != null) {
            double[] all = Grids.array(request.timesteps());
            int kept = Math.min((int) (all.length * request.strength()), all.length);
            return new Grid(Arrays.copyOfRange(all, all.length - kept, all.length), new double[0], all.length, 1, 1);
        }
        int n = request.steps();
        if (n > original || n > rising.length) {
            throw SchedulerException.invalid(
                    "num_inference_steps",
                    n + " is more than the " + Math.min(original, rising.length)
                            + " steps that original_inference_steps (" + original + ") leave at strength "
                            + request.strength());
        }
        double[] timesteps = new double[n];
        for (int i = 0; i < n; i++) {
            int index = (int) Math.floor(i * ((double) rising.length / n));
            timesteps[i] = rising[rising.length - 1 - index];
        }
        return new Grid(timesteps, new double[0], n, 1, 1);
    }
}
