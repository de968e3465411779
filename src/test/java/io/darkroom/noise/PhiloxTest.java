package io.darkroom.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.darkroom.tensor.Tensor;
import org.junit.jupiter.api.Test;

class PhiloxTest {
    /** The known answers that its authors publish (Random123, kat_vectors). */
    @Test
    void givesTheAuthorsKnownAnswers() {
        assertThat(Philox.block(0, 0, 0, 0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(Philox.block(-1, -1, -1, -1, -1, -1))
                .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertThat(Philox.block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    /** What torch.manual_seed(0); torch.randn(8, device="cuda") prints, as published many times. */
    @Test
    void drawsWhatTorchPrintsOnCuda() {
        Tensor drawn = new TorchCudaGenerator(0, DrawType.FLOAT32, TorchGenerator.DEFAULT_CUDA_THREADS).next(8);

        float[] printed = {-0.9247f, -0.4253f, -2.6438f, 0.1452f, -0.1209f, -0.5797f, -0.6229f, -0.3284f};
        assertThat(drawn.data()).containsExactly(printed, offset(5e-5f));
    }

    @Test
    void aSavedPositionGoesOnWithTheSameValues() {
        TorchGenerator generator = new TorchCudaGenerator(7, DrawType.FLOAT16, 512);
        generator.next(5000);
        TorchGenerator restored = TorchGenerator.at(generator.position());

        Tensor next = generator.next(3, 100);

        assertThat(restored.next(3, 100).data()).isEqualTo(next.data());
    }
}
