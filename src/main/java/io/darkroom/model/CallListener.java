package io.darkroom.model;

import java.util.Locale;

/** Is told of each call of a network, on the thread that made it, as soon as the device has answered. */
@FunctionalInterface
public interface CallListener {
    /** Which kind of network was called. */
    enum Kind {
        TEXT_ENCODER,
        DENOISER,
        CONTROLNET,
        LATENT_DECODER,
        LATENT_ENCODER;

        /** As a metric's label. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A call came back.
     *
     * @param kind which network
     * @param rows how many rows it had
     * @param nanos how long the runtime took, without the copying before and after
     */
    void called(Kind kind, int rows, long nanos);

    /**
     * The thread that makes the calls has worked besides: models were loaded, inputs and outputs copied, samplers ran.
     *
     * @param nanos how long, since the last time this was told; waiting for jobs is not work
     */
    default void between(long nanos) {}
}
