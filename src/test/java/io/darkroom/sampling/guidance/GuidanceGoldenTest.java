package io.darkroom.sampling.guidance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.darkroom.sampling.Goldens;
import io.darkroom.sampling.SchedulerException;
import io.darkroom.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** goldens/guidance/unit: diffusers' guiders, call by call, within the tolerance of goldens/README.md. */
@Tag("golden")
class GuidanceGoldenTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TestFactory
    Stream<DynamicTest> guidersGuideAsDiffusersDo() {
        return Goldens.cases("guidance/unit").stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
    }

    private static void check(Path file) throws IOException {
        JsonNode json = MAPPER.readTree(file.toFile());
        if (json.has("guider")) {
            checkGuider(json);
        } else if (json.get("cases").get(0).has("first_guided")) {
            checkIntervals(json);
        } else {
            checkRescale(json);
        }
    }

    private static void checkGuider(JsonNode json) {
        Map<String, Object> parameters = MAPPER.convertValue(json.get("parameters"), new TypeReference<>() {});
        parameters.put("_class_name", json.get("guider").asText());
        if (json.get("calls").toString().contains("nan")) {
            assertThatThrownBy(() -> Guiders.from(parameters)).isInstanceOf(SchedulerException.class);
            return;
        }
        Guidance guidance = Guiders.from(parameters);
        int steps = json.get("num_inference_steps").asInt();
        for (int picture = 0; picture < 2; picture++) {
            GuidanceState state = guidance.begin();
            for (JsonNode call : json.get("calls")) {
                int step = call.get("step").asInt();
                state = step == 0 ? guidance.begin() : state;
                List<Branch> branches = guidance.branches(step, steps);
                assertThat(branches).hasSize(call.get("num_conditions").asInt());
                int which = picture;
                List<Tensor> outputs = branches.stream()
                        .map(b -> half(call.get(b == Branch.CONDITIONAL ? "pred_cond" : "pred_uncond"), which))
                        .toList();

                Guided guided = guidance.apply(state, step, steps, outputs);

                state = guided.state();
                double more =
                        json.get("guider").asText().startsWith("Tangential") ? singularVectorError(json, outputs) : 0;
                compare(guided.prediction(), half(call.get("pred"), picture), more);
                if (call.path("momentum_running_average_after").isArray()) {
                    Tensor average = Objects.requireNonNull(state.tensors().get("running_average"));
                    compare(average, half(call.get("momentum_running_average_after"), picture), 0);
                }
            }
        }
    }

    /**
     * diffusers takes the singular vector from LAPACK in float32, whose errors no other float32 route shares. Of the four
     * rows recorded in tcfg.json one is missed by the exact vector, at 1.04 of the README's tolerance; by the
     * eigenvector of the 2 x 2 Gram matrix in float32 at 1.11, by one-sided Jacobi at 1.01, by numpy's LAPACK at 1.07, by
     * LAPACK's own LQ algorithm written out in float32 at 1.34 (over 200 random pairs its errors correlate by 0.2 with
     * torch's); the other three rows are within 0.6 for all. torch itself gives 0.32 on another CPU. So the exact vector
     * stays, and the test allows an error of 2^-23 in its elements (measured in torch's: 1.6e-7), which comes out
     * multiplied by the unconditional prediction's length along it and by w - 1.
     */
    private static double singularVectorError(JsonNode json, List<Tensor> outputs) {
        double w = json.get("parameters").get("guidance_scale").asDouble();
        return outputs.size() < 2 ? 0 : Math.abs(w - 1) * Vectors.norm(outputs.get(0)) * 0x1p-23;
    }

    private static void checkIntervals(JsonNode json) {
        for (JsonNode c : json.get("cases")) {
            GuidanceInterval interval = new GuidanceInterval(
                    c.get("start").asDouble(), c.get("stop").asDouble());
            int steps = c.get("num_inference_steps").asInt();
            List<Integer> guided = Stream.iterate(0, i -> i < steps, i -> i + 1)
                    .filter(i -> interval.contains(i, steps))
                    .toList();
            assertThat(guided).as("%s", c).hasSize(c.get("count").asInt());
            if (!guided.isEmpty()) {
                assertThat(guided.get(0)).isEqualTo(c.get("first_guided").asInt());
                assertThat(guided.get(guided.size() - 1))
                        .isEqualTo(c.get("last_guided").asInt());
            }
        }
    }

    private static void checkRescale(JsonNode json) {
        for (JsonNode c : json.get("cases")) {
            for (int picture = 0; picture < 2; picture++) {
                Tensor conditional = half(c.get("pred_cond"), picture);
                Tensor guided = half(c.has("noise_cfg") ? c.get("noise_cfg") : c.get("pred_cfg"), picture);
                Tensor expected = half(c.has("result") ? c.get("result") : c.get("pred"), picture);
                compare(
                        GuidanceScale.rescaled(
                                guided, conditional, c.get("guidance_rescale").asDouble()),
                        expected,
                        0);
            }
        }
    }

    private static Tensor half(JsonNode array, int which) {
        int n = array.size() / 2;
        float[] out = new float[n];
        for (int i = 0; i < n; i++) {
            out[i] = (float) array.get(which * n + i).asDouble();
        }
        return Tensor.of(out, n);
    }

    private static void compare(Tensor actual, Tensor expected, double more) {
        for (int i = 0; i < expected.size(); i++) {
            double value = expected.data()[i];
            assertThat((double) actual.data()[i])
                    .as("element %d", i)
                    .isCloseTo(value, offset(5e-6 + 2e-6 * Math.abs(value) + more));
        }
    }
}
