package io.darkroom.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.Npy;
import io.darkroom.model.CallListener.Kind;
import io.darkroom.model.Conditioning;
import io.darkroom.model.Control;
import io.darkroom.model.Denoiser;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.Networks;
import io.darkroom.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** A ControlNet and its UNet give what the torch modules gave that they were exported from. */
@Tag("golden")
class ControlNetGoldenTest {
    private static final double FAIR = 5e-5;

    @TestFactory
    Stream<DynamicTest> everyCallEqualsTorch() {
        Path file = Goldens.root().resolve("controlnet/components/components.json");
        if (!Files.exists(file)) {
            return Stream.empty();
        }
        Path model = Goldens.find("controlnet/tiny-sd-controlnet");
        return StreamSupport.stream(Goldens.json(file).get("calls").spliterator(), false)
                .map(call -> DynamicTest.dynamicTest(
                        "scale " + call.get("conditioning_scale"), () -> check(file, model, call)));
    }

    private static void check(Path file, Path model, JsonNode call) {
        ModelFolder folder = ModelFolder.read("tiny-sd-controlnet", model);
        int count = array(file, call, "inputs", "sample").dim(0);
        List<Denoiser.Row> rows =
                IntStream.range(0, count).mapToObj(i -> row(file, call, i)).toList();

        List<List<Tensor>> residuals;
        try (OnnxControlNet controlNet = new OnnxControlNet(
                Graph.open(folder.graph("controlnet"), new Device.Cpu(), Kind.CONTROLNET, (k, r, n) -> {}),
                folder.config("controlnet"))) {
            residuals = controlNet.evaluate(rows);
        }
        List<Tensor> outputs;
        try (Networks networks = new OnnxLoader(new Device.Cpu(), (k, r, n) -> {}).load(folder)) {
            outputs = networks.denoiser().evaluate(rows);
        }

        for (int i = 0; i < count; i++) {
            int last = residuals.get(i).size() - 1;
            for (int k = 0; k <= last; k++) {
                String name = k == last ? "mid_block" : "down_block_" + k;
                assertClose(residuals.get(i).get(k), Npy.row(array(file, call, "outputs", name), i));
            }
            assertClose(outputs.get(i), Npy.row(array(file, call, "outputs", "out_sample"), i));
        }
    }

    private static Denoiser.Row row(Path file, JsonNode call, int i) {
        return new Denoiser.Row(
                Npy.row(array(file, call, "inputs", "sample"), i),
                call.get("timestep").doubleValue(),
                new Conditioning(Map.of(
                        "encoder_hidden_states", Npy.row(array(file, call, "inputs", "encoder_hidden_states"), i))),
                new Control(
                        "controlnet",
                        Npy.row(array(file, call, "inputs", "controlnet_cond"), i),
                        call.get("conditioning_scale").doubleValue(),
                        false));
    }

    private static Tensor array(Path file, JsonNode call, String group, String name) {
        return Npy.read(
                file.resolveSibling(call.get(group).get(name).get("file").textValue()));
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        for (int i = 0; i < actual.size(); i++) {
            assertThat(Math.abs((double) actual.data()[i] - expected.data()[i])).isLessThanOrEqualTo(FAIR);
        }
    }
}
