package io.darkroom.sampling.solver;

import static io.darkroom.tensor.Linear.combine;
import static io.darkroom.tensor.Linear.quotient;

import io.darkroom.tensor.Tensor;

/**
 * What the model's output means, as an adapter: x0 and epsilon as weighted sums of the sample and the output. So no
 * sampler asks what kind of model it drives.
 */
interface Prediction {
    /** The weights of the sample and of the output. */
    record Weights(double sample, double output) {}

    /** x0 of a sample at a point. */
    Weights x0(Point at);

    /** Epsilon of a sample at a point. */
    Weights epsilon(Point at);

    /** x0 of a sample, in diffusers' order of operations: it loses digits near pure noise. */
    default Tensor x0(Tensor sample, Tensor output, Point at) {
        Weights w = x0(at);
        return combine(w.sample(), sample, w.output(), output);
    }

    /** Epsilon of a sample, in diffusers' order of operations: it loses digits where there is little noise. */
    default Tensor epsilon(Tensor sample, Tensor output, Point at) {
        Weights w = epsilon(at);
        return combine(w.sample(), sample, w.output(), output);
    }

    /**
     * Where noise has been added to the sample since the model saw it (churn): the noise level at which diffusers reads
     * the output.
     */
    default double readAt(double sigmaAsked, double sigmaNow) {
        return sigmaNow;
    }

    /** Predictions on a path whose points satisfy x = alpha x0 + sigma epsilon. */
    enum Kind implements Prediction {
        /** The noise (Ho et al. 2020). */
        EPSILON {
            @Override
            public Weights x0(Point at) {
                return new Weights(1 / at.alpha(), -at.sigma() / at.alpha());
            }

            @Override
            public Weights epsilon(Point at) {
                return new Weights(0, 1);
            }

            @Override
            public Tensor x0(Tensor sample, Tensor output, Point at) {
                return quotient(sample, at.sigma(), output, at.alpha());
            }

            @Override
            public Tensor epsilon(Tensor sample, Tensor output, Point at) {
                return output;
            }
        },
        /** v = alpha epsilon - sigma x0 (Salimans and Ho 2022), variance preserving. */
        V_PREDICTION {
            @Override
            public Weights x0(Point at) {
                return new Weights(at.alpha(), -at.sigma());
            }

            @Override
            public Weights epsilon(Point at) {
                return new Weights(at.sigma(), at.alpha());
            }

            @Override
            public double readAt(double sigmaAsked, double sigmaNow) {
                return sigmaAsked;
            }
        },
        /** x0 itself. */
        SAMPLE {
            @Override
            public Weights x0(Point at) {
                return new Weights(0, 1);
            }

            @Override
            public Weights epsilon(Point at) {
                return new Weights(1 / at.sigma(), -at.alpha() / at.sigma());
            }

            @Override
            public Tensor x0(Tensor sample, Tensor output, Point at) {
                return output;
            }

            @Override
            public Tensor epsilon(Tensor sample, Tensor output, Point at) {
                return quotient(sample, at.alpha(), output, at.sigma());
            }
        },
        /** The velocity epsilon - x0 of a straight line (Liu et al. 2022); diffusers' sign. */
        FLOW_PREDICTION {
            @Override
            public Weights x0(Point at) {
                return new Weights(1, -at.sigma());
            }

            @Override
            public Weights epsilon(Point at) {
                return new Weights(1, 1 - at.sigma());
            }
        };

        /** By diffusers' name. */
        static Kind named(String predictionType) {
            return valueOf(predictionType.toUpperCase(java.util.Locale.ROOT));
        }
    }

    /**
     * A variance-preserving model on a variance-exploding path: the model sees the sample divided by sqrt(1 + sigma^2)
     * (Karras et al. 2022, table 1).
     */
    record Exploding(Prediction model) implements Prediction {
        @Override
        public Weights x0(Point at) {
            return rescaled(model.x0(Point.preserving(at.sigma())), at);
        }

        @Override
        public Weights epsilon(Point at) {
            return rescaled(model.epsilon(Point.preserving(at.sigma())), at);
        }

        @Override
        public double readAt(double sigmaAsked, double sigmaNow) {
            return model.readAt(sigmaAsked, sigmaNow);
        }

        private static Weights rescaled(Weights w, Point at) {
            return new Weights(w.sample() * Point.preserving(at.sigma()).alpha(), w.output());
        }
    }

    /**
     * EDM's preconditioning (Karras et al. 2022, equation 7): x0 = c_skip x + c_out output.
     *
     * @param sigmaData the standard deviation of the data
     * @param sign 1, or -1 for diffusers' "v_prediction"
     */
    record Preconditioned(double sigmaData, int sign) implements Prediction {
        @Override
        public Weights x0(Point at) {
            double total = at.sigma() * at.sigma() + sigmaData * sigmaData;
            return new Weights(sigmaData * sigmaData / total, sign * at.sigma() * sigmaData / Math.sqrt(total));
        }

        @Override
        public Weights epsilon(Point at) {
            Weights x0 = x0(at);
            return new Weights((1 - x0.sample()) / at.sigma(), -x0.output() / at.sigma());
        }
    }
}
