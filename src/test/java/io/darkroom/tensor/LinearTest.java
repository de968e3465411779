package io.darkroom.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LinearTest {
    private final Random random = new Random(1);

    @Test
    void aChainGivesWhatItsSumsGiveOneAfterAnother() {
        Tensor[] t = IntStream.range(0, 4).mapToObj(i -> noise()).toArray(Tensor[]::new);
        double[][] firsts = {{0.3, -1.7, 0.02, 5}, {0.3, 0, 0.02, 5}};
        double[][] seconds = {{1.1, 0.4, -0.7}, {1.1, 0.4, 0}};

        for (double[] first : firsts) {
            for (double[] second : seconds) {
                Linear.Chain chain = Linear.chain(first, t[0], t[1], t[2], t[3], second);

                Tensor p = Linear.combine(first, t);
                assertThat(chain.first().data()).isEqualTo(p.data());
                assertThat(chain.second().data())
                        .isEqualTo(Linear.combine(second, p, t[3], t[1]).data());
            }
        }
    }

    private Tensor noise() {
        float[] data = new float[1000];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) random.nextGaussian();
        }
        return Tensor.of(data, 10, 100);
    }
}
