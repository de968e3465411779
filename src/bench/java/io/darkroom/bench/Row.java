package io.darkroom.bench;

/**
 * One figure of the table.
 *
 * @param name what was measured
 * @param ours our figure
 * @param reference what it is held against, from the same run
 * @param unit the unit of both
 */
public record Row(String name, double ours, double reference, String unit) {
    /** Ours over the reference. */
    public double ratio() {
        return ours / reference;
    }
}
