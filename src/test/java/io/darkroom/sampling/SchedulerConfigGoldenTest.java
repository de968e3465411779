package io.darkroom.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.sampling.schedule.AlphasCumprod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** goldens/schedulers/from_config.json and alphas_cumprod.json. */
@Tag("golden")
class SchedulerConfigGoldenTest {
    @TestFactory
    Stream<DynamicTest> configsResolveAsFromConfigDoes() throws IOException {
        Path file = Goldens.path("schedulers/from_config.json");
        if (!Files.exists(file)) {
            return Stream.empty();
        }
        JsonNode json = SchedulerCase.MAPPER.readTree(file.toFile());
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode c : json.get("cases")) {
            JsonNode source = json.get("sources").get(c.get("source").asText());
            tests.add(DynamicTest.dynamicTest(
                    c.get("source").asText() + " " + c.get("target").asText() + " " + c.get("override"),
                    () -> checkConfig(c, source)));
        }
        return tests.stream();
    }

    private static void checkConfig(JsonNode c, JsonNode source) {
        Map<String, Object> override = map(c.get("override"));
        override.put("_class_name", c.get("target").asText());

        SchedulerConfig config = SchedulerConfig.from(map(source), override);

        Map<String, Object> expected = map(c.get("config"));
        assertThat(config.values().keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        expected.forEach((key, value) -> {
            Object actual = config.values().get(key);
            if (value instanceof Number n && actual instanceof Number m) {
                assertThat(m.doubleValue()).as(key).isEqualTo(n.doubleValue());
            } else if (!(actual instanceof Double d && d.isInfinite())) {
                assertThat(actual).as(key).isEqualTo(value);
            }
        });
        if (c.path("timesteps_20").isArray()) {
            Sampler sampler = Schedulers.create(config, ScheduleRequest.ofSteps(20));
            double[] timesteps = SchedulerCase.doubles(c.get("timesteps_20"));
            assertThat(sampler.timesteps()).hasSize(timesteps.length);
            for (int i = 0; i < timesteps.length; i++) {
                assertThat(sampler.timesteps()[i]).as("timestep %d", i).isCloseTo(timesteps[i], offset(1e-3));
            }
            if (c.path("init_noise_sigma").isNumber()) {
                double init = c.get("init_noise_sigma").asDouble();
                assertThat(sampler.initNoiseSigma()).isCloseTo(init, offset(2e-6 * init));
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> cumulatedAlphasAreTorchs() throws IOException {
        Path file = Goldens.path("schedulers/alphas_cumprod.json");
        if (!Files.exists(file)) {
            return Stream.empty();
        }
        JsonNode json = SchedulerCase.MAPPER.readTree(file.toFile());
        int[] index = ints(json.get("index"));
        List<DynamicTest> tests = new ArrayList<>();
        json.get("schedules")
                .properties()
                .forEach(s -> tests.add(DynamicTest.dynamicTest(s.getKey(), () -> checkAlphas(s.getValue(), index))));
        return tests.stream();
    }

    private static void checkAlphas(JsonNode schedule, int[] index) {
        Map<String, Object> file = map(schedule.get("config"));
        file.put("_class_name", "DDIMScheduler");
        boolean zeroSnr = Boolean.TRUE.equals(file.get("rescale_betas_zero_snr"));

        AlphasCumprod alphas = AlphasCumprod.of(SchedulerConfig.from(file));

        double[] expected = SchedulerCase.doubles(schedule.get("alphas_cumprod"));
        for (int k = 0; k < index.length; k++) {
            double slack = Math.max(1e-6 * expected[k], zeroSnr ? 1e-6 : 0);
            assertThat(alphas.at(index[k])).as("at %d", index[k]).isCloseTo(expected[k], offset(slack));
        }
        double sum = 0;
        for (int t = 0; t < alphas.length(); t++) {
            sum += alphas.at(t);
        }
        double total = schedule.get("sum_alphas_cumprod").asDouble();
        assertThat(sum).isCloseTo(total, offset(1e-6 * total));
    }

    private static int[] ints(JsonNode array) {
        int[] out = new int[array.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = array.get(i).asInt();
        }
        return out;
    }

    private static Map<String, Object> map(JsonNode node) {
        return new HashMap<>(SchedulerCase.MAPPER.convertValue(node, new TypeReference<Map<String, Object>>() {}));
    }
}
