package io.darkroom.sampling.guidance;

import static io.darkroom.tensor.Linear.combine;

import io.darkroom.tensor.Tensor;

/**
 * Tangential damping (Kwon et al. 2025, "TCFG", algorithm 1): of the unconditional prediction only the part along the
 * first right singular vector of the matrix of both rows is kept.
 */
public final class TangentialClassifierFreeGuidance extends Guider {
    /** By diffusers' parameters. */
    public TangentialClassifierFreeGuidance(GuidanceScale scale) {
        super(scale);
    }

    @Override
    Guided guide(GuidanceState state, int step, Tensor unconditional, Tensor conditional) {
        // The vector is p c + q u, (p, q) the first eigenvector of the 2 x 2 matrix of inner products.
        double cc = Vectors.dot(conditional, conditional);
        double uu = Vectors.dot(unconditional, unconditional);
        double cu = Vectors.dot(conditional, unconditional);
        double angle = 0.5 * Math.atan2(2 * cu, cc - uu);
        double p = Math.cos(angle);
        double q = Math.sin(angle);
        double length2 = p * p * cc + 2 * p * q * cu + q * q * uu;
        double along = length2 == 0 ? 0 : (p * cu + q * uu) / length2;
        Tensor damped = combine(along * p, conditional, along * q, unconditional);
        return new Guided(scale.guided(damped, conditional), state);
    }
}
