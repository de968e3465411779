package io.darkroom.sampling.guidance;

/**
 * The steps that are guided (Kynkäänniemi et al. 2024, "Applying Guidance in a Limited Interval"), as diffusers counts
 * them: int(start n) to int(stop n), the products in double (0.29 of 100 is 28).
 *
 * @param start a fraction of the steps, from 0
 * @param stop a fraction of the steps, to 1
 */
public record GuidanceInterval(double start, double stop) {
    /** Every step. */
    public static final GuidanceInterval ALL = new GuidanceInterval(0, 1);

    /** Whether a step is guided. */
    public boolean contains(int step, int steps) {
        return (int) (start * steps) <= step && step < (int) (stop * steps);
    }
}
