package io.darkroom.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.darkroom.sampling.Goldens;
import io.darkroom.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** goldens/randn.json: draws of torch's CPU generator, within the tolerances of goldens/README.md. */
@Tag("golden")
class RandnGoldenTest {
    @TestFactory
    Stream<DynamicTest> drawsAreTorchs() throws IOException {
        Path file = Goldens.path("randn.json");
        if (!Files.exists(file)) {
            return Stream.empty();
        }
        JsonNode json = new ObjectMapper().readTree(file.toFile());
        List<DynamicTest> tests = new ArrayList<>();
        for (String group : List.of("single", "other_dtypes")) {
            for (JsonNode draw : json.path(group)) {
                String name = draw.get("seed") + " " + draw.get("dtype").asText() + " " + draw.get("shape");
                long seed = draw.get("seed").bigIntegerValue().longValue();
                tests.add(DynamicTest.dynamicTest(name, () -> check(new TorchCpuGenerator(seed), draw)));
            }
        }
        for (JsonNode sequence : json.path("sequences")) {
            long seed = sequence.get("seed").bigIntegerValue().longValue();
            tests.add(DynamicTest.dynamicTest("sequence of " + seed + " #" + tests.size(), () -> {
                TorchGenerator generator = new TorchCpuGenerator(seed);
                for (JsonNode call : sequence.get("calls")) {
                    check((TorchCpuGenerator) generator, call);
                    generator = TorchGenerator.at(generator.position());
                }
            }));
        }
        return tests.stream();
    }

    private static void check(TorchCpuGenerator generator, JsonNode draw) {
        int[] shape = new int[draw.get("shape").size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = draw.get("shape").get(i).asInt();
        }
        DrawType type = DrawType.valueOf(draw.path("dtype").asText("float32").toUpperCase(Locale.ROOT));
        Tensor drawn =
                draw.path("call").asText("randn").equals("rand") ? generator.rand(shape) : generator.randn(type, shape);

        double slack =
                switch (type) {
                    case FLOAT32 -> drawn.size() < 16 ? 1e-6 : 2e-6;
                    case FLOAT16, BFLOAT16 -> 0;
                    case FLOAT64 -> 1e-15;
                };
        compare(drawn, draw.path("values"), 0, slack);
        compare(drawn, draw.path("first8"), 0, slack);
        compare(drawn, draw.path("last8"), drawn.size() - draw.path("last8").size(), slack);
        double sum = 0;
        for (int i = 0; i < drawn.size(); i++) {
            sum += value(drawn, i);
        }
        assertThat(sum).as("sum").isCloseTo(draw.get("sum_float64").asDouble(), offset(1e-4 * Math.sqrt(drawn.size())));
    }

    private static double value(Tensor t, int i) {
        return t.isFloat64() ? t.doubles()[i] : t.data()[i];
    }

    private static void compare(Tensor drawn, JsonNode values, int from, double slack) {
        for (int i = 0; i < values.size(); i++) {
            double expected = values.get(i).asDouble();
            assertThat(value(drawn, from + i))
                    .as("element %d", from + i)
                    .isCloseTo(drawn.isFloat64() ? expected : (double) (float) expected, offset(slack));
        }
    }
}
