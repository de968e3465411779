package io.darkroom.sampling.guidance;

import io.darkroom.sampling.SchedulerException;
import io.darkroom.sampling.SchedulerException.Kind;
import io.darkroom.sampling.SchedulerException.Problem;
import io.darkroom.sampling.Shown;
import io.darkroom.sampling.UnknownKeys;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes guidances: by diffusers' guider names and parameters, or as its pipelines do. */
public final class Guiders {
    private static final String GUIDER = "guider";
    private static final String CLASS = "_class_name";

    private static final Map<String, String> LEFT_OUT = Map.of(
            "AutoGuidance", "needs a second forward pass with layers of the model left out",
            "PerturbedAttentionGuidance", "changes the attention inside the model",
            "SkipLayerGuidance", "leaves out layers of the model",
            "SmoothedEnergyGuidance", "changes the attention inside the model",
            "FrequencyDecoupledGuidance", "is not built");

    /** diffusers' guiders with their parameters and defaults; null is None. */
    private static final Map<String, Map<String, @Nullable Object>> GUIDERS = new LinkedHashMap<>();

    static {
        GUIDERS.put("ClassifierFreeGuidance", parameters(7.5));
        Map<String, @Nullable Object> apg = parameters(7.5);
        apg.put("adaptive_projected_guidance_momentum", null);
        apg.put("adaptive_projected_guidance_rescale", 15.0);
        apg.put("eta", 1.0);
        GUIDERS.put("AdaptiveProjectedGuidance", apg);
        Map<String, @Nullable Object> mix = parameters(3.5);
        mix.put("adaptive_projected_guidance_scale", 10.0);
        mix.put("adaptive_projected_guidance_momentum", -0.5);
        mix.put("adaptive_projected_guidance_rescale", 10.0);
        mix.put("adaptive_projected_guidance_start_step", 5.0);
        mix.put("eta", 0.0);
        GUIDERS.put("AdaptiveProjectedMixGuidance", mix);
        Map<String, @Nullable Object> zero = parameters(7.5);
        zero.put("zero_init_steps", 1.0);
        GUIDERS.put("ClassifierFreeZeroStarGuidance", zero);
        GUIDERS.put("TangentialClassifierFreeGuidance", parameters(7.5));
    }

    private Guiders() {}

    private static Map<String, @Nullable Object> parameters(double scale) {
        Map<String, @Nullable Object> shared = new LinkedHashMap<>();
        shared.put("guidance_scale", scale);
        shared.put("guidance_rescale", 0.0);
        shared.put("use_original_formulation", false);
        shared.put("start", 0.0);
        shared.put("stop", 1.0);
        shared.put("enabled", true);
        return shared;
    }

    /** The names that {@link #from} knows. */
    public static List<String> names() {
        return List.copyOf(GUIDERS.keySet());
    }

    /**
     * As diffusers' pipelines guide: classifier-free above a scale of 1, nothing else at or below it.
     *
     * @param rescale {@code guidance_rescale}
     */
    public static Guidance pipeline(double scale, double rescale) {
        return scale > 1
                ? new ClassifierFreeGuidance(new GuidanceScale(scale, rescale, false, GuidanceInterval.ALL))
                : NoGuidance.NONE;
    }

    /**
     * A guider by its parameters.
     *
     * @param given {@code _class_name} (default ClassifierFreeGuidance) and parameters; absent ones take the guider's
     *     defaults
     * @throws SchedulerException with every problem, its field {@code guider.<parameter>}
     */
    public static Guidance from(Map<String, ? extends @Nullable Object> given) {
        Object name = given.containsKey(CLASS) ? given.get(CLASS) : "ClassifierFreeGuidance";
        if (name instanceof String known && LEFT_OUT.containsKey(known)) {
            throw SchedulerException.unsupported(GUIDER + "." + CLASS, known + " " + LEFT_OUT.get(known));
        }
        Map<String, @Nullable Object> defaults = name instanceof String ? GUIDERS.get(name) : null;
        if (!(name instanceof String className) || defaults == null) {
            throw SchedulerException.invalid(
                    GUIDER + "." + CLASS, "\"" + name + "\" is none of " + String.join(", ", names()));
        }
        Parameters p = new Parameters(defaults, given);
        Guidance guidance = p.checked(className);
        return p.flag("enabled") ? guidance : NoGuidance.NONE;
    }

    /** Given parameters over defaults, and what is wrong with them. */
    private static final class Parameters {
        private final Map<String, @Nullable Object> values;
        private final List<Problem> problems = new ArrayList<>();

        Parameters(Map<String, @Nullable Object> defaults, Map<String, ? extends @Nullable Object> given) {
            values = new LinkedHashMap<>(defaults);
            List<String> unknown = new ArrayList<>();
            given.forEach((key, value) -> {
                if (defaults.containsKey(key)) {
                    put(key, value, defaults.get(key));
                } else if (!key.equals(CLASS)) {
                    unknown.add(key);
                }
            });
            problems.addAll(UnknownKeys.problems(GUIDER, unknown, "is no parameter of this guider", defaults.keySet()));
        }

        private void put(String key, @Nullable Object value, @Nullable Object defaultValue) {
            boolean nullable = key.equals("adaptive_projected_guidance_momentum");
            boolean fits = defaultValue instanceof Boolean
                    ? value instanceof Boolean
                    : (value == null && nullable) || (value instanceof Number n && Double.isFinite(n.doubleValue()));
            if (fits) {
                values.put(key, value);
            } else {
                invalid(
                        key,
                        "\"" + Shown.of(value) + "\" is not "
                                + (defaultValue instanceof Boolean ? "true or false" : "a number"));
            }
        }

        private void invalid(String key, String message) {
            problems.add(new Problem(Kind.INVALID, GUIDER + "." + key, message));
        }

        boolean flag(String key) {
            return Boolean.TRUE.equals(values.get(key));
        }

        private double number(String key) {
            return values.get(key) instanceof Number n ? n.doubleValue() : 0;
        }

        private void range(String key, double low, double high) {
            if (!(number(key) >= low && number(key) <= high)) {
                invalid(key, number(key) + " is not between " + low + " and " + high);
            }
        }

        Guidance checked(String className) {
            range("start", 0, 1);
            range("stop", 0, 1);
            range("guidance_rescale", 0, 1);
            if (number("stop") < number("start")) {
                invalid("stop", number("stop") + " is below start, " + number("start"));
            }
            if (number("zero_init_steps") > 0 && number("guidance_rescale") > 0) {
                invalid("guidance_rescale", "divides by zero at the steps of zero_init_steps; set one of them to 0");
            }
            if (!problems.isEmpty()) {
                throw new SchedulerException(problems);
            }
            GuidanceScale scale = new GuidanceScale(
                    number("guidance_scale"),
                    number("guidance_rescale"),
                    flag("use_original_formulation"),
                    new GuidanceInterval(number("start"), number("stop")));
            return switch (className) {
                case "ClassifierFreeGuidance" -> new ClassifierFreeGuidance(scale);
                case "ClassifierFreeZeroStarGuidance" -> new ClassifierFreeZeroStarGuidance(
                        scale, (int) number("zero_init_steps"));
                case "TangentialClassifierFreeGuidance" -> new TangentialClassifierFreeGuidance(scale);
                case "AdaptiveProjectedGuidance" -> new AdaptiveProjectedGuidance(scale, projection());
                case "AdaptiveProjectedMixGuidance" -> new AdaptiveProjectedMixGuidance(
                        scale, projection(), number("adaptive_projected_guidance_scale"), (int)
                                number("adaptive_projected_guidance_start_step"));
                default -> throw new AssertionError(className);
            };
        }

        private AdaptiveProjectedGuidance.Projection projection() {
            Double momentum =
                    values.get("adaptive_projected_guidance_momentum") instanceof Number n ? n.doubleValue() : null;
            return new AdaptiveProjectedGuidance.Projection(
                    momentum, number("adaptive_projected_guidance_rescale"), number("eta"));
        }
    }
}
