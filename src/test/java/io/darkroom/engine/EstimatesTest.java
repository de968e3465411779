package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class EstimatesTest {
    private final Estimates estimates = new Estimates(1.25);

    @Test
    void partsOfASumShareItsErrorByTheirVariances() {
        Estimates.Part one = Estimates.known(1, 3);
        Estimates.Part other = Estimates.known(2, 1);

        estimates.measured(List.of(one, other), 11, 4);

        assertThat(one.value()).isEqualTo(1 + 8 * 3.0 / 8);
        assertThat(other.value()).isEqualTo(2 + 8 * 1.0 / 8);
        assertThat(estimates.variance(List.of(one, other))).isCloseTo(4.0 * 4 / 8, within(1e-12));
    }

    /** What a sum left open between its parts, a measurement of one of them settles for the other. */
    @Test
    void whatIsMeasuredOfOneMendsWhatWasMeasuredWithIt() {
        Estimates.Part one = Estimates.known(0, 1);
        Estimates.Part other = Estimates.known(0, 1);
        estimates.measured(List.of(one, other), 10, 1e-9);
        assertThat(other.value()).isCloseTo(5, within(1e-6));

        estimates.measured(List.of(one), 8, 1e-9);

        assertThat(other.value()).isCloseTo(2, within(1e-6));
    }

    @Test
    void whatIsRenewedCountsNoMoreForTheOthers() {
        Estimates.Part one = Estimates.known(0, 1);
        Estimates.Part other = Estimates.known(0, 1);
        estimates.measured(List.of(one, other), 10, 1e-9);

        estimates.renew(one, 7);
        estimates.measured(List.of(one), 8, 1e-9);

        assertThat(one.value()).isCloseTo(8, within(1e-6));
        assertThat(other.value()).isCloseTo(5, within(1e-6));
    }

    @Test
    void whatIsForgottenTendsToNothing() {
        Estimates.Part one = Estimates.known(8, 1);

        estimates.forget(one, 0.25);

        assertThat(one.value()).isEqualTo(6);
        assertThat(estimates.variance(List.of(one))).isEqualTo(0.5625);
    }

    @Test
    void whatWasNotInUseForLongKeepsWhatIsKnownOfItAloneAndAges() {
        Estimates.Part one = Estimates.known(0, 1);
        Estimates.Part other = Estimates.known(0, 1);
        estimates.measured(List.of(one, other), 10, 1e-9);
        assertThat(estimates.variance(List.of(one))).isCloseTo(0.5, within(1e-6));
        for (int i = 0; i < Estimates.FOLLOWED; i++) {
            estimates.measured(List.of(Estimates.known(0, 1)), 5, 1);
            estimates.drift(0.01);
        }

        assertThat(one.value()).isCloseTo(5, within(1e-6));
        assertThat(estimates.variance(List.of(one))).isCloseTo(0.5 + 0.01 * Estimates.FOLLOWED, within(0.02));
        double before = other.value();
        estimates.measured(List.of(one), 8, 1e-9);
        assertThat(one.value()).isCloseTo(8, within(1e-6));
        assertThat(other.value()).as("they are no pair any more").isEqualTo(before);
    }

    @Test
    void whatDriftsIsKnownLessWellUpToALimit() {
        Estimates.Part known = Estimates.known(0, 0.5);
        Estimates.Part open = Estimates.known(0, 3);
        double before = estimates.variance(List.of(known)) + estimates.variance(List.of(open));
        assertThat(before).isEqualTo(3.5);

        estimates.drift(1);

        assertThat(estimates.variance(List.of(known))).isEqualTo(1.25);
        assertThat(estimates.variance(List.of(open))).isEqualTo(3);
        estimates.drift(known, 1);
        assertThat(estimates.variance(List.of(known))).isEqualTo(2.25);
    }
}
