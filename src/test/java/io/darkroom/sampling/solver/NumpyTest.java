package io.darkroom.sampling.solver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recorded from numpy 2.4 on a CPU with AVX-512. */
class NumpyTest {
    @ParameterizedTest
    @CsvSource({
        "1.2964776, 0.25965104",
        "4.6690454, 1.5409546",
        "418.03897, 6.035575",
        "206.50328, 5.3303165",
        "0.07569793, -2.5810046",
        "0.009758532, -4.6296134",
        "1, 0"
    })
    void logIsNumpysToTheLastBit(float x, float expected) {
        assertThat(Numpy.log(x)).isEqualTo(expected);
    }
}
