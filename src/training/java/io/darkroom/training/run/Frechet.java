package io.darkroom.training.run;

import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;

/**
 * The Frechet distance of two sets of features, each taken for a normal distribution (Heusel et al. 2017; here on the
 * features of the project's own judge, so figures compare with each other only):
 *
 * <pre>d^2 = |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))</pre>
 */
final class Frechet {
    private Frechet() {}

    /** Mean and covariance of features. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never written
    record Moments(double[] mean, RealMatrix covariance) {
        static Moments of(List<double[]> features) {
            int n = features.size();
            if (n < 2) {
                throw new IllegalArgumentException("a covariance needs two pictures or more, not " + n);
            }
            int width = features.get(0).length;
            double[] mean = new double[width];
            features.forEach(f -> {
                for (int i = 0; i < width; i++) {
                    mean[i] += f[i] / n;
                }
            });
            double[][] covariance = new double[width][width];
            for (double[] f : features) {
                for (int i = 0; i < width; i++) {
                    for (int j = 0; j < width; j++) {
                        covariance[i][j] += (f[i] - mean[i]) * (f[j] - mean[j]) / (n - 1);
                    }
                }
            }
            return new Moments(mean, new Array2DRowRealMatrix(covariance, false));
        }
    }

    /** d^2, as reported for pictures ("FID"). */
    static double distance(Moments a, Moments b) {
        double sum = a.covariance().getTrace() + b.covariance().getTrace();
        for (int i = 0; i < a.mean().length; i++) {
            double d = a.mean()[i] - b.mean()[i];
            sum += d * d;
        }
        // (C1 C2)^(1/2) has the trace of (R C2 R)^(1/2) with R the root of C1, and that is symmetric.
        RealMatrix root = root(a.covariance());
        double trace = 0;
        for (double eigenvalue :
                symmetric(root.multiply(b.covariance()).multiply(root)).getRealEigenvalues()) {
            trace += Math.sqrt(Math.max(0, eigenvalue));
        }
        return sum - 2 * trace;
    }

    private static RealMatrix root(RealMatrix matrix) {
        EigenDecomposition eigen = symmetric(matrix);
        double[] values = eigen.getRealEigenvalues();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.sqrt(Math.max(0, values[i]));
        }
        return eigen.getV()
                .multiply(MatrixUtils.createRealDiagonalMatrix(values))
                .multiply(eigen.getVT());
    }

    /** Rounding must not make it look asymmetric. */
    private static EigenDecomposition symmetric(RealMatrix matrix) {
        return new EigenDecomposition(matrix.add(matrix.transpose()).scalarMultiply(0.5));
    }
}
