package io.darkroom.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.tensor.Tensor;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Every step of every run in goldens/schedulers, within the tolerance that goldens/README.md states for it. */
@Tag("golden")
class SchedulerGoldenTest {
    /** By class: the worst error over its tolerance. */
    private static final Map<String, Double> WORST = new TreeMap<>();

    @TestFactory
    Stream<DynamicTest> samplersGoTheWayOfDiffusers() {
        return Goldens.cases("schedulers").stream()
                .filter(file -> !file.endsWith("from_config.json") && !file.endsWith("alphas_cumprod.json"))
                .map(SchedulerCase::read)
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
    }

    @AfterAll
    static void report() {
        WORST.forEach((type, ratio) -> System.out.printf("%-36s worst error / tolerance %.3f%n", type, ratio));
    }

    private static void check(SchedulerCase c) {
        Sampler sampler = Schedulers.create(c.config(), c.request());

        checkGrid(c, sampler);
        for (int picture = 0; picture < c.pictures(); picture++) {
            checkRun(
                    c,
                    sampler,
                    new Start.Noise(c.picture(c.json().get("initial_sample"), picture)),
                    c.json().get("steps"),
                    picture);
            checkImageToImage(c, sampler, picture);
            checkAddNoise(c, picture);
        }
    }

    private static void checkGrid(SchedulerCase c, Sampler sampler) {
        JsonNode json = c.json();
        double[] timesteps = SchedulerCase.doubles(json.get("timesteps"));
        double slack = json.get("timesteps_dtype").asText().startsWith("int") ? 0 : 1e-3;
        assertThat(sampler.timesteps()).as("timesteps").hasSize(timesteps.length);
        for (int i = 0; i < timesteps.length; i++) {
            assertThat(sampler.timesteps()[i]).as("timestep %d", i).isCloseTo(timesteps[i], within(slack));
        }
        if (json.has("sigmas")) {
            double[] sigmas = SchedulerCase.doubles(json.get("sigmas"));
            assertThat(sampler.sigmas()).as("sigmas").hasSize(sigmas.length);
            boolean zeroSnr = json.get("config").path("rescale_betas_zero_snr").asBoolean();
            for (int i = 0; i < sigmas.length; i++) {
                double relative = zeroSnr && i == 0 ? 1e-4 : 2e-6;
                assertThat(sampler.sigmas()[i])
                        .as("sigma %d", i)
                        .isCloseTo(sigmas[i], within(relative * Math.abs(sigmas[i])));
            }
        }
        assertThat(sampler.order()).as("order").isEqualTo(json.get("order").asInt());
        double init = json.get("init_noise_sigma").asDouble();
        boolean zeroSnr = json.get("config").path("rescale_betas_zero_snr").asBoolean();
        assertThat(sampler.initNoiseSigma())
                .as("init_noise_sigma")
                .isCloseTo(init, within((zeroSnr ? 1e-4 : 2e-6) * init));
    }

    private static void checkRun(SchedulerCase c, Sampler sampler, Start start, JsonNode steps, int picture) {
        Progress progress = sampler.begin(start);
        for (JsonNode step : steps) {
            Pending pending = (Pending) progress;
            assertThat(pending.time()).isCloseTo(step.get("timestep").asDouble(), within(1e-3));
            if (step.has("scaled_input")) {
                Tensor input = c.picture(step.get("scaled_input"), picture);
                assertNear(c, "scaled input", step, pending.input(), input, c.tolerance());
            }
            Tensor output = c.model(step, pending.input(), step.get("timestep").asDouble());
            SchedulerCase.Noise noise = c.noise(step, picture);
            progress = sampler.advance(pending, output, noise);
            assertThat(noise.draws()).as("draws left over").isEmpty();
            Tensor sample = progress instanceof Pending p ? p.sample() : ((Done) progress).latents();
            double ratio = assertNear(c, "sample", step, sample, c.picture(step.get("sample"), picture), c.tolerance());
            WORST.merge(c.className(), ratio, Math::max);
        }
        assertThat(progress).isInstanceOf(Done.class);
    }

    private static void checkImageToImage(SchedulerCase c, Sampler sampler, int picture) {
        JsonNode images = c.json().path("img2img");
        for (JsonNode s : images.path("strengths")) {
            double strength = s.get("strength").asDouble();
            int sd = Strength.STABLE_DIFFUSION.startIndex(sampler, strength);
            int flow = Strength.FLOW.startIndex(sampler, strength);
            assertThat(sd).isEqualTo(s.get("t_start_sd_sdxl").asInt() * sampler.order());
            assertThat(flow).isEqualTo(s.get("t_start_sd3_flux").asInt() * sampler.order());
            int index = s.get("t_start_used").asInt() * sampler.order();
            Tensor x0 = c.picture(images.get("x0"), picture);
            Tensor noised = sampler.noised(x0, c.picture(images.get("noise"), picture), index);
            if (s.has("noised")) {
                assertRelative(noised, c.picture(s.get("noised"), picture));
            }
            if (s.has("steps")) {
                checkRun(c, sampler, new Start.At(index, noised), s.get("steps"), picture);
            }
        }
    }

    /** Each row at its own training timestep: the index of that timestep in a run over all of them. */
    private static void checkAddNoise(SchedulerCase c, int picture) {
        JsonNode given = c.json().path("add_noise");
        if (given.isMissingNode()) {
            return;
        }
        int t = given.get("timesteps").get(picture).asInt();
        SchedulerConfig everyTimestep = SchedulerConfig.from(
                c.configMap(), c.config().has("timestep_spacing") ? Map.of("timestep_spacing", "trailing") : Map.of());
        Sampler all = Schedulers.create(everyTimestep, ScheduleRequest.ofSteps(1000));
        int index = 0;
        while (all.timesteps()[index] != t) {
            index++;
        }

        Tensor noised = all.noised(c.picture(given.get("x0"), picture), c.picture(given.get("noise"), picture), index);

        assertRelative(noised, c.picture(given.get("noised"), picture));
    }

    private static double assertNear(
            SchedulerCase c, String what, JsonNode step, Tensor actual, Tensor expected, double tolerance) {
        double worst = 0;
        for (int i = 0; i < expected.size(); i++) {
            double error = Math.abs(actual.data()[i] - expected.data()[i]);
            worst = Math.max(worst, Double.isNaN(error) ? Double.POSITIVE_INFINITY : error);
        }
        assertThat(worst)
                .as("%s of %s after step %s", what, c.name(), step.get("i"))
                .isLessThanOrEqualTo(tolerance);
        return worst / tolerance;
    }

    private static void assertRelative(Tensor actual, Tensor expected) {
        for (int i = 0; i < expected.size(); i++) {
            assertThat((double) actual.data()[i])
                    .as("noised %d", i)
                    .isCloseTo(expected.data()[i], within(1e-6 * Math.max(1, Math.abs(expected.data()[i]))));
        }
    }

    private static org.assertj.core.data.Offset<Double> within(double slack) {
        return org.assertj.core.data.Offset.offset(slack);
    }
}
