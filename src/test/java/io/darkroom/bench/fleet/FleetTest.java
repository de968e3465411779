package io.darkroom.bench.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The simulated fleet: KEDA's formula by hand, and what no fleet can break. */
class FleetTest {
    private static final int[] ARRIVALS = Arrivals.of(2, 1);
    private static final Cost COST = Fleet.COST;

    @Test
    void asksForLagByThresholdAndNoMoreThanPartitionsWithLag() {
        assertThat(new Autoscaler(20, 48, 300).look(0, 10, 230, 48)).isEqualTo(12);
        assertThat(new Autoscaler(20, 48, 300).look(0, 10, 230, 11)).isEqualTo(11);
        assertThat(new Autoscaler(20, 11, 300).look(0, 10, 230, 48)).isEqualTo(11);
    }

    @Test
    void aDifferenceOfATenthIsNone() {
        assertThat(new Autoscaler(20, 48, 300).look(0, 10, 215, 48)).isEqualTo(10);
    }

    @Test
    void growsByFourOrTwofoldInHalfAMinute() {
        Autoscaler scaler = new Autoscaler(1, 48, 300);

        assertThat(scaler.look(0, 0, 1000, 48)).isEqualTo(1);
        assertThat(scaler.look(15, 1, 1000, 48)).isEqualTo(5);
        assertThat(scaler.look(30, 5, 1000, 48)).isEqualTo(5);
        assertThat(scaler.look(45, 5, 1000, 48)).isEqualTo(10);
        assertThat(scaler.look(75, 10, 1000, 48)).isEqualTo(20);
    }

    @Test
    void shrinksByAQuarterAMinuteAndOnlyAfterFiveQuietOnes() {
        Autoscaler scaler = new Autoscaler(10, 48, 300);
        int workers = scaler.look(0, 8, 80, 48);
        int second = 15;
        while (second < 300) {
            workers = scaler.look(second, workers, 10, 48);
            assertThat(workers).as("second %d", second).isEqualTo(8);
            second += 15;
        }

        assertThat(scaler.look(second, workers, 10, 48)).isEqualTo(6);
        assertThat(scaler.look(second + 15, 6, 10, 48)).isEqualTo(6);
        assertThat(scaler.look(second + 60, 6, 10, 48)).isEqualTo(4);
    }

    @Test
    void theLastWorkerGoesAfterTheCoolDown() {
        Autoscaler scaler = new Autoscaler(10, 48, 120);
        scaler.look(0, 1, 5, 1);

        assertThat(scaler.look(105, 1, 0, 0)).isEqualTo(1);
        assertThat(scaler.look(120, 1, 0, 0)).isZero();
    }

    @Test
    void everyRequestIsRenderedAndNoneForLessThanItCosts() {
        int pictures = Arrays.stream(ARRIVALS).sum();
        Day.Result scaled = Fleet.scaled(ARRIVALS, COST, 20, 48, 300);
        Day.Result fixed = Day.fixed(ARRIVALS, COST, 48, 4, 1);

        assertThat(scaled.waits()).hasSize(pictures);
        assertThat(fixed.waits()).hasSize(pictures);
        assertThat(scaled.gpuHours()).isGreaterThan(pictures * COST.least() / 3600);
        assertThat(scaled.waits()[0]).isGreaterThan(COST.steps() * COST.call(1) - 1e-9);
        assertThat(fixed.gpuHours()).isGreaterThanOrEqualTo(4 * 24);
    }

    @Test
    void aNightWithoutRequestsCostsNothing() {
        Day.Result day = Fleet.scaled(ARRIVALS, COST, 20, 48, 300);

        assertThat(Arrays.copyOf(day.replicas(), 5 * 60)).containsOnly(0);
    }
}
