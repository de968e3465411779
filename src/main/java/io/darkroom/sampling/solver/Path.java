package io.darkroom.sampling.solver;

/** How a class's noise levels are points, and how it scales the model's input. */
interface Path {
    /** The point at a noise level of the grid. */
    Point at(double sigma);

    /** What the model's input is scaled by. */
    default double inputScale(double sigma) {
        return 1;
    }

    /** The noise level is noise over signal; the sample keeps unit variance. */
    Path PRESERVING = Point::preservingInFloat32;

    /** The noise level is the time of a straight line. */
    Path FLOW = Point::flowInFloat32;

    /** EDM: the sample is x0 and noise; the input is scaled to unit variance. */
    record Edm(double sigmaData) implements Path {
        @Override
        public Point at(double sigma) {
            return Point.exploding(sigma).inFloat32();
        }

        @Override
        public double inputScale(double sigma) {
            return 1 / Math.sqrt(sigma * sigma + sigmaData * sigmaData);
        }
    }
}
