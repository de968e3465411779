package io.darkroom.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OptimizerTest {
    private final NDManager manager = NDManager.newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void muonsStepHasSingularValuesNearOne() {
        NDArray matrix = normal(new Shape(24, 40), 1);

        NDArray x = Muon.orthogonal(matrix);

        // X X^T of a matrix with singular values in 0.7..1.2 has a trace between 24 times their squares.
        NDArray gram = x.matMul(x.transpose());
        double trace = 0;
        double squares = 0;
        for (int i = 0; i < 24; i++) {
            trace += gram.getFloat(i, i);
        }
        for (float v : gram.toFloatArray()) {
            squares += (double) v * v;
        }
        assertThat(trace / 24).isBetween(0.49, 1.44);
        // The sum of the fourth powers of the singular values: not much above what equal ones would give.
        assertThat(squares / 24).isLessThan(1.44 * 1.44);
    }

    @Test
    void muonsStepIsTheMatrixItselfWhereThatIsOrthogonal() {
        // Each singular value is 1, and goes where the polynomial takes 1 / sqrt(4), five times.
        NDArray identity = manager.eye(4);

        float[] x = Muon.orthogonal(identity).toFloatArray();

        double s = 0.5;
        for (int i = 0; i < 5; i++) {
            s = 3.4445 * s - 4.7750 * Math.pow(s, 3) + 2.0315 * Math.pow(s, 5);
        }
        assertThat(x[0]).isCloseTo((float) s, within(1e-4f));
        assertThat(x[1]).isCloseTo(0, within(1e-6f));
    }

    @Test
    void muonsStepHasTheSizeOfAnAdamStep() {
        NDArray update = Muon.update(normal(new Shape(32, 8, 3, 3), 2));

        assertThat(update.getShape()).isEqualTo(new Shape(32, 8, 3, 3));
        // Root mean square 0.2 times singular values that are about 1, of 32 rows in 72 columns.
        assertThat(update.square().mean().sqrt().getFloat()).isCloseTo(0.2f, within(0.05f));
    }

    @Test
    void theLearningRateRisesAndFallsAlongACosine() {
        Learning learning = new Learning(110, 1, 1e-3, 0, 0, 10, 0.2, 1, 0);

        assertThat(learning.share(0)).isCloseTo(0.1, within(1e-12));
        assertThat(learning.share(9)).isCloseTo(1, within(1e-12));
        assertThat(learning.share(60)).isCloseTo(0.6, within(1e-12));
        assertThat(learning.share(110)).isCloseTo(0.2, within(1e-12));
    }

    private NDArray normal(Shape shape, long seed) {
        return Batches.normal(shape, new Random(seed), manager);
    }
}
