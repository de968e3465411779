package io.darkroom.training.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HalvesTest {
    private static final int INFINITY = 0x7c00;

    @Test
    void everyFloat16StaysWhatItIs() {
        for (int bits = 0; bits < INFINITY; bits++) {
            assertThat(Halves.bits(Halves.value((short) bits))).isEqualTo((short) bits);
            short negative = (short) (bits | 0x8000);
            assertThat(Halves.bits(Halves.value(negative))).isEqualTo(negative);
        }
    }

    @Test
    void someAreKnown() {
        assertThat(Halves.value((short) 0x3c00)).isEqualTo(1);
        assertThat(Halves.value((short) 0xc000)).isEqualTo(-2);
        assertThat(Halves.value((short) 0x7bff)).isEqualTo(65504);
        assertThat(Halves.value((short) 0x0001)).isEqualTo(0x1p-24f);
        assertThat(Halves.value((short) 0x0400)).isEqualTo(0x1p-14f);
    }

    @Test
    void whatLiesBetweenGoesToTheNearerAndFromTheMiddleToTheEvenOne() {
        Random random = new Random(3);
        for (int bits = 0; bits < INFINITY - 1; bits++) {
            float low = Halves.value((short) bits);
            float high = Halves.value((short) (bits + 1));
            // float32 has thirteen bits more than float16, so that the middle is one.
            float middle = (low + high) / 2;
            assertThat((int) Halves.bits(middle)).isEqualTo(bits % 2 == 0 ? bits : bits + 1);
            assertThat((int) Halves.bits(Math.nextDown(middle))).isEqualTo(bits);
            assertThat((int) Halves.bits(Math.nextUp(middle))).isEqualTo(bits + 1);
            float any = low + random.nextFloat() * (high - low);
            assertThat((int) Halves.bits(any)).isBetween(bits, bits + 1);
        }
    }

    @Test
    void whatHasNoneIsRefused() {
        assertThatThrownBy(() -> Halves.bits(70_000)).hasMessageContaining("70000.0");
        assertThatThrownBy(() -> Halves.bits(Float.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> Halves.bits(Float.NEGATIVE_INFINITY)).hasMessageContaining("-Infinity");
    }
}
