package io.darkroom.sampling.solver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The order of convergence of every deterministic solver on noise levels, on the analytic model, in float64. */
class ConvergenceTest {
    private static final int STEPS = 240;

    @TestFactory
    Stream<DynamicTest> errorsFallWithTheOrder() {
        return Analytic.solvers().stream()
                .map(s -> DynamicTest.dynamicTest(s.name(), () -> {
                    double slope = Analytic.slope(s, STEPS, false);

                    assertThat(slope).isGreaterThanOrEqualTo(Math.min(s.order(), 2) - 0.3);
                }));
    }

    @TestFactory
    Stream<DynamicTest> errorsFallWithTheFullOrderWhereTheHistoryStartsExact() {
        return Analytic.solvers().stream()
                .map(s -> DynamicTest.dynamicTest(s.name(), () -> {
                    double slope = Analytic.slope(s, STEPS, true);

                    assertThat(slope).isGreaterThanOrEqualTo(s.order() - 0.3);
                }));
    }
}
