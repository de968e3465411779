package io.darkroom.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.goldens.Goldens;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Every linear layer and convolution of the recorded map is found in its graph, with the same initializer. */
@Tag("golden")
class ModuleWeightsGoldenTest {
    @TestFactory
    Stream<DynamicTest> findsEachModulesWeight() {
        Path map = Goldens.root().resolve("lora/module-map.json");
        if (!Files.exists(map)) {
            return Stream.of();
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (Map.Entry<String, JsonNode> model :
                Goldens.json(map).get("pipelines").properties()) {
            for (Map.Entry<String, JsonNode> component : model.getValue().properties()) {
                Path graph = Goldens.find("pipelines/" + model.getKey() + "/" + component.getKey() + "/model.onnx");
                tests.add(DynamicTest.dynamicTest(
                        model.getKey() + " " + component.getKey(), () -> check(graph, component.getValue())));
            }
        }
        return tests.stream();
    }

    private static void check(Path file, JsonNode modules) {
        Map<String, ModuleWeights.Place> found = ModuleWeights.of(GraphFile.read(file));

        for (Map.Entry<String, JsonNode> module : modules.properties()) {
            JsonNode expected = module.getValue();
            ModuleWeights.Place place =
                    Objects.requireNonNull(found.get(module.getKey().replace('.', '_')), module.getKey());
            List<Integer> shape = new ArrayList<>();
            expected.get("initializer_shape").forEach(d -> shape.add(d.intValue()));
            assertThat(place.weight().name())
                    .isEqualTo(expected.get("initializer").textValue());
            assertThat(place.weight().dims()).isEqualTo(shape);
            assertThat(place.transposed()).isEqualTo(expected.get("transposed").booleanValue());
            assertThat(place.out()).isEqualTo(expected.get("torch_shape").get(0).intValue());
        }
    }
}
