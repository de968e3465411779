package io.darkroom.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputBufferTest {
    private static final float[] CAT = {1, 2};
    private static final float[] DOG = {3, 4};

    private final InputBuffer buffer = new InputBuffer();

    @Test
    void itHoldsWhatWasWrittenWhereItWasWritten() {
        buffer.kept(16).asFloatBuffer().put(CAT).put(DOG);
        buffer.hold(List.of(CAT, DOG));

        assertThat(buffer.holds(0, CAT)).isTrue();
        assertThat(buffer.holds(1, CAT)).isFalse();
        assertThat(buffer.holds(2, CAT)).isFalse();
        assertThat(buffer.kept(8).asFloatBuffer().get(1)).isEqualTo(2);
    }

    @Test
    void equalRowsAreNotTheSame() {
        buffer.hold(List.of(CAT));

        assertThat(buffer.holds(0, CAT.clone())).isFalse();
    }

    @Test
    void whereItGrowsNothingIsHeld() {
        buffer.kept(8);
        buffer.hold(List.of(CAT));
        ByteBuffer larger = buffer.kept(16);

        assertThat(larger.remaining()).isEqualTo(16);
        assertThat(buffer.holds(0, CAT)).isFalse();
    }

    @Test
    void whatIsClearedOrForgottenIsNotHeld() {
        buffer.kept(8);
        buffer.hold(List.of(CAT));
        buffer.cleared(8);
        assertThat(buffer.holds(0, CAT)).isFalse();

        buffer.hold(List.of(CAT));
        buffer.forget();
        assertThat(buffer.holds(0, CAT)).isFalse();
    }
}
