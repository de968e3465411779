package io.darkroom.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.data.Offset.offset;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchedulerConfigTest {
    private static final Map<String, Object> SD15 = Map.of(
            "_class_name",
            "PNDMScheduler",
            "beta_start",
            0.00085,
            "beta_end",
            0.012,
            "beta_schedule",
            "scaled_linear",
            "skip_prk_steps",
            true,
            "steps_offset",
            1);

    @Test
    void aKeyOfTheFileThatTheClassHasNotIsDropped() {
        SchedulerConfig config = SchedulerConfig.named(SD15, "ddim");

        assertThat(config.type()).isEqualTo(SchedulerClass.DDIM);
        assertThat(config.has("skip_prk_steps")).isFalse();
        assertThat(config.integer("steps_offset")).isEqualTo(1);
    }

    @Test
    void anUnknownKeyOfTheRequestIsNamedWithTheNearestKnownOne() {
        SchedulerException e = refused(Map.of("_class_name", "euler", "use_karas_sigmas", true));

        assertThat(e.problems()).singleElement().satisfies(p -> {
            assertThat(p.field()).isEqualTo("scheduler.use_karas_sigmas");
            assertThat(p.message()).contains("\"use_karras_sigmas\"");
        });
    }

    @Test
    void aMistypedClassNameIsNamedTooAndWhatDiffusersWritesIntoFilesIsNot() {
        SchedulerException e = refused(Map.of("_class_nam", "EulerDiscreteScheduler", "_diffusers_version", "0.36.0"));

        assertThat(e.problems()).extracting(SchedulerException.Problem::field).containsExactly("scheduler._class_nam");
    }

    @Test
    void aValueWithoutEndIsShownShort() {
        SchedulerException e = refused(Map.of("_class_name", "euler", "beta_start", "x".repeat(500_000)));
        SchedulerException name = refused(Map.of("_class_name", "x".repeat(500_000)));

        assertThat(e.problems().get(0).message()).hasSizeLessThan(200).endsWith("is not a number");
        assertThat(name.problems().get(0).message()).hasSizeLessThan(3000).contains("did you mean");
    }

    @Test
    void everyProblemIsReportedAtOnce() {
        SchedulerException e = refused(Map.of("_class_name", "euler", "beta_start", "small", "foo", 1));

        assertThat(e.problems())
                .extracting(SchedulerException.Problem::field)
                .containsExactlyInAnyOrder("scheduler.beta_start", "scheduler.foo");
    }

    @Test
    void ofThousandsOfUnknownKeysTheFirstAreNamedAndTheOthersCounted() {
        Map<String, Object> override = new LinkedHashMap<>(Map.of("_class_name", "euler"));
        IntStream.range(0, 5000).forEach(i -> override.put("beta_" + i, 1));

        SchedulerException e = refused(override);

        assertThat(e.problems()).hasSize(21);
        assertThat(e.problems().get(0).field()).isEqualTo("scheduler.beta_0");
        assertThat(e.problems().get(20).field()).isEqualTo("scheduler");
        assertThat(e.problems().get(20).message()).startsWith("4980 more keys").contains("beta_start");
    }

    @Test
    void whatDiffusersHasAndDarkroomHasNotIsUnsupported() {
        SchedulerException e = refused(Map.of("_class_name", "DPMSolverSDEScheduler"));

        assertThat(e.problems()).singleElement().satisfies(p -> {
            assertThat(p.kind()).isEqualTo(SchedulerException.Kind.UNSUPPORTED);
            assertThat(p.message()).contains("Brownian");
        });
    }

    @Test
    void aSuffixAsksForKarrasSigmas() {
        SchedulerConfig config = SchedulerConfig.named(SD15, "dpmpp_2m_karras");

        assertThat(config.type()).isEqualTo(SchedulerClass.DPM_MULTISTEP);
        assertThat(config.flag("use_karras_sigmas")).isTrue();
    }

    @Test
    void karrasSigmasGoBetweenTheEndsOfTheFileEvenWhereTheClassHasNoSuchKeys() {
        Map<String, Object> cosXl = Map.of(
                "_class_name", "EulerDiscreteScheduler", "sigma_min", 0.002, "sigma_max", 120.0, "beta_end", 0.02);

        SchedulerConfig config = SchedulerConfig.named(cosXl, "dpmpp_2m_karras");
        double[] sigmas = Schedulers.create(config, ScheduleRequest.ofSteps(4)).sigmas();

        assertThat(config.has("sigma_max")).isFalse();
        assertThat(sigmas[0]).isEqualTo(120);
        assertThat(sigmas[3]).isCloseTo(0.002, offset(1e-9));
    }

    @Test
    void aRequestCannotSetThoseEndsWhereTheClassHasNoSuchKeys() {
        SchedulerException e = refused(
                Map.of("_class_name", "DPMSolverMultistepScheduler", "use_karras_sigmas", true, "sigma_max", 10.0));

        assertThat(e.problems()).extracting(SchedulerException.Problem::field).containsExactly("scheduler.sigma_max");
    }

    @Test
    void explicitTimestepsAreRefusedWhereTheClassTakesNone() {
        SchedulerConfig config = SchedulerConfig.named(SD15, "ddim");
        ScheduleRequest request = ScheduleRequest.ofSteps(2).withTimesteps(List.of(999.0, 499.0));

        SchedulerException e = catchThrowableOfType(SchedulerException.class, () -> Schedulers.create(config, request));

        assertThat(e.problems()).extracting(SchedulerException.Problem::field).containsExactly("timesteps");
    }

    @Test
    void anExplicitScheduleThatDoesNotFitIsQuoted() {
        SchedulerConfig euler = SchedulerConfig.named(SD15, "euler");
        SchedulerConfig karras = SchedulerConfig.named(SD15, "dpmpp_2m_karras");
        ScheduleRequest level = ScheduleRequest.ofSteps(1).withSigmas(List.of(14.5));
        ScheduleRequest steps = ScheduleRequest.ofSteps(2).withTimesteps(List.of(999.0, 499.0));

        assertThatThrownBy(() -> Schedulers.create(euler, level))
                .hasMessageContaining("sigmas: [14.5] holds no step; at least 2 values are accepted");
        assertThatThrownBy(() -> Schedulers.create(karras, steps))
                .hasMessageContaining("timesteps: [999.0, 499.0] cannot be given with use_karras_sigmas");
    }

    @ParameterizedTest
    @CsvSource({"clip_sample_range, -inf", "num_train_timesteps, -inf"})
    void wordsForNumbersAreRefused(String key, String value) {
        assertThatThrownBy(() -> SchedulerConfig.from(SD15, Map.of("_class_name", "DDIMScheduler", key, value)))
                .isInstanceOf(SchedulerException.class)
                .hasMessageContaining("scheduler." + key)
                .hasMessageContaining("-inf");
    }

    @Test
    void numbersAreFiniteAndWholeOnesAreNotCut() {
        assertThatThrownBy(() -> SchedulerConfig.from(
                        SD15, Map.of("_class_name", "DDIMScheduler", "clip_sample_range", Double.POSITIVE_INFINITY)))
                .hasMessageContaining("scheduler.clip_sample_range");
        assertThatThrownBy(() -> SchedulerConfig.from(SD15, Map.of("num_train_timesteps", 1L << 40)))
                .hasMessageContaining("scheduler.num_train_timesteps");
    }

    @Test
    void everyShortNameMakesASampler() {
        EverySampler.all(5)
                .forEach((name, sampler) ->
                        assertThat(sampler.evaluations()).as(name).isGreaterThanOrEqualTo(5));
    }

    private static SchedulerException refused(Map<String, Object> override) {
        return catchThrowableOfType(SchedulerException.class, () -> SchedulerConfig.from(SD15, override));
    }
}
