package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.model.BuiltInModels;
import io.darkroom.model.Conditioning;
import io.darkroom.model.Denoiser;
import io.darkroom.model.Networks;
import io.darkroom.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RowLoaderTest {
    private final HandDevice device = new HandDevice();

    private static List<Denoiser.Row> rows(int count) {
        return IntStream.range(0, count).mapToObj(i -> row(i, 8, 500)).toList();
    }

    private static Denoiser.Row row(int value, int side, double time) {
        float[] sample = new float[4 * side * side];
        sample[0] = value;
        return new Denoiser.Row(
                Tensor.of(sample, 4, side, side),
                time,
                new Conditioning(Map.of("encoder_hidden_states", Tensor.zeros(2, 128))));
    }

    private List<Integer> rowsOfCalls() {
        return device.calls.stream().map(List::size).toList();
    }

    private static List<Float> marks(List<Tensor> outputs) {
        return outputs.stream().map(t -> t.data()[0]).toList();
    }

    @Test
    void fixedRowsFillUpEveryCall() {
        try (Networks networks = RowLoader.fixed(device, 4).load(BuiltInModels.starter())) {
            List<Tensor> outputs = networks.denoiser().evaluate(rows(6));

            assertThat(rowsOfCalls()).containsExactly(4, 4);
            assertThat(marks(outputs)).containsExactly(0f, 1f, 2f, 3f, 4f, 5f);
        }
    }

    @Test
    void fixedRowsFillUpCallsOfEachShape() {
        try (Networks networks = RowLoader.fixed(device, 4).load(BuiltInModels.starter())) {
            List<Tensor> outputs =
                    networks.denoiser().evaluate(List.of(row(1, 8, 500), row(2, 16, 500), row(3, 8, 20)));

            assertThat(rowsOfCalls()).containsExactly(4, 4);
            assertThat(marks(outputs)).containsExactly(1f, 2f, 3f);
        }
    }

    @Test
    void whereTheGraphTakesOneTimeEachTimeIsACallOfItsOwn() {
        device.timePerRow = false;
        try (Networks networks = RowLoader.fixed(device, 2).load(BuiltInModels.starter())) {
            networks.denoiser().evaluate(List.of(row(1, 8, 500), row(2, 8, 20)));

            assertThat(rowsOfCalls()).containsExactly(2, 2);
        }
    }

    @Test
    void rungsFillUpToTheNextOne() {
        try (Networks networks = RowLoader.rungs(device).load(BuiltInModels.starter())) {
            assertThat(networks.denoiser().evaluate(rows(5))).hasSize(5);
            assertThat(networks.denoiser().evaluate(rows(8))).hasSize(8);

            assertThat(rowsOfCalls()).containsExactly(6, 8);
        }
    }
}
