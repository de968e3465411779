package io.darkroom.bench;

import java.util.List;
import java.util.stream.IntStream;

/**
 * One of 64 jobs that differ in all that may differ: 4 to 50 steps, w 1 to 12, four prompts, two sizes, three samplers.
 *
 * @param steps of its picture, with one evaluation each
 * @param scale guidance, w; 1 is without
 * @param prompt which of four
 * @param size which of two
 * @param sampler which of three
 */
public record MixedJob(int steps, double scale, int prompt, int size, int sampler) {
    /** How many jobs of {@link #LONG_STEPS} a short one comes behind. */
    public static final int LONG_JOBS = 10;

    /** Steps of the longest. */
    public static final int LONG_STEPS = 50;

    /** Steps of the shortest. */
    public static final int SHORT_STEPS = 4;

    private static final int JOBS = 64;
    private static final int[] STEPS = {SHORT_STEPS, 10, 20, LONG_STEPS};
    private static final double[] SCALES = {1, 3, 7.5, 12};

    /** All of them: each number of steps with each scale in both sizes, twice. */
    public static final List<MixedJob> ALL = IntStream.range(0, JOBS)
            .mapToObj(i -> new MixedJob(
                    STEPS[i % STEPS.length], SCALES[(i / 4) % SCALES.length], (i / 8) % 4, (i / 16) % 2, i % 3))
            .toList();

    /** Rows of each evaluation: with guidance there are two. */
    public int rows() {
        return scale > 1 ? 2 : 1;
    }
}
