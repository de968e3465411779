package io.darkroom.training.export;

import io.darkroom.training.net.Definition;

/**
 * A network with its weights.
 *
 * @param <D> which kind of network
 */
public final class Trained<D extends Definition> {
    private final D definition;
    private final float[] values;

    /**
     * Makes one.
     *
     * @param definition what it is
     * @param values all weights, in the definition's order ({@link io.darkroom.training.net.Network#copy}); not copied
     */
    public Trained(D definition, float[] values) {
        this.definition = definition;
        this.values = values;
    }

    /** What it is. */
    public D definition() {
        return definition;
    }

    /** All weights; not a copy. */
    float[] values() {
        return values;
    }
}
