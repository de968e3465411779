package io.darkroom.pipeline;

import io.darkroom.sampling.SchedulerConfig;

/** The shift of a flow's schedule by the size of the picture: {@code calculate_shift} of diffusers' flow pipelines. */
final class DynamicShift {
    private DynamicShift() {}

    /**
     * On the line through (base_image_seq_len, base_shift) and (max_image_seq_len, max_shift).
     *
     * @param tokens how many the transformer sees of the picture
     */
    static double mu(int tokens, SchedulerConfig scheduler) {
        double from = or(scheduler, "base_image_seq_len", 256);
        double to = or(scheduler, "max_image_seq_len", 4096);
        double low = or(scheduler, "base_shift", 0.5);
        double high = or(scheduler, "max_shift", 1.15);
        double slope = (high - low) / (to - from);
        return tokens * slope + (low - slope * from);
    }

    private static double or(SchedulerConfig scheduler, String key, double otherwise) {
        Double value = scheduler.numberOrNull(key);
        return value == null ? otherwise : value;
    }
}
