package io.darkroom.sampling;

import io.darkroom.sampling.SchedulerException.Kind;
import io.darkroom.sampling.SchedulerException.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler's class and every key of its config, resolved as {@code Target.from_config(file, **override)} does:
 * keys of the file that the class has not are dropped, keys that are absent take the class's default.
 *
 * @param type the class
 * @param values every key that the class has, in its order; null is None
 * @param ends sigma_min and sigma_max of a file whose target class has no such keys (CosXL's file with dpmpp_2m_karras):
 *     from_config keeps what it drops in the config, and Karras', exponential and beta noise levels go between these
 */
public record SchedulerConfig(SchedulerClass type, Map<String, @Nullable Object> values, Map<String, Double> ends) {
    private static final String SCHEDULER = "scheduler";
    private static final String CLASS = "_class_name";
    /** What diffusers writes into its files beside the class's own keys. */
    private static final Set<String> OF_FILES =
            Set.of(CLASS, "_diffusers_version", "_name_or_path", "_use_default_values");

    private static final List<String> ENDS = List.of("sigma_min", "sigma_max");

    public SchedulerConfig {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        ends = Map.copyOf(ends);
    }

    /** What a model's {@code scheduler_config.json} says. */
    public static SchedulerConfig from(Map<String, ? extends @Nullable Object> file) {
        return from(file, Map.of());
    }

    /** The model's config with another sampler, by its short name or diffusers' class name. */
    public static SchedulerConfig named(Map<String, ? extends @Nullable Object> file, String name) {
        return from(file, Map.of(CLASS, name));
    }

    /**
     * The model's config with what a request overrides.
     *
     * @param file the content of {@code scheduler_config.json}
     * @param override keys of the class asked for; {@code _class_name} may be a short name ({@link SchedulerNames})
     * @throws SchedulerException with every problem: an unknown class, an unknown key in the override, a value of the
     *     wrong type, something that diffusers has and Darkroom has not
     */
    public static SchedulerConfig from(
            Map<String, ? extends @Nullable Object> file, Map<String, ? extends @Nullable Object> override) {
        SchedulerNames.Named target = override.containsKey(CLASS)
                ? target(override.get(CLASS), Kind.INVALID)
                : target(file.get(CLASS), Kind.UNSUPPORTED);
        List<Problem> problems = new ArrayList<>();
        Map<String, @Nullable Object> values = new LinkedHashMap<>(target.type().defaults());
        file.forEach((key, value) -> {
            if (values.containsKey(key)) {
                values.put(key, typed(key, value, target.type(), problems));
            }
        });
        values.putAll(target.keys());
        List<String> unknown = new ArrayList<>();
        override.forEach((key, value) -> {
            if (values.containsKey(key)) {
                values.put(key, typed(key, value, target.type(), problems));
            } else if (!OF_FILES.contains(key)) {
                unknown.add(key);
            }
        });
        problems.addAll(UnknownKeys.problems(
                SCHEDULER,
                unknown,
                target.type().className() + " has no such key",
                target.type().defaults().keySet()));
        if (problems.isEmpty()) {
            SchedulerRules.settle(target.type(), values);
            problems.addAll(SchedulerRules.check(target.type(), values));
        }
        if (!problems.isEmpty()) {
            throw new SchedulerException(problems);
        }
        return new SchedulerConfig(target.type(), values, ends(file, target.type()));
    }

    private static Map<String, Double> ends(Map<String, ? extends @Nullable Object> file, SchedulerClass type) {
        Map<String, Double> ends = new LinkedHashMap<>();
        for (String key : ENDS) {
            if (!type.defaults().containsKey(key) && file.get(key) instanceof Number n && n.doubleValue() > 0) {
                ends.put(key, n.doubleValue());
            }
        }
        return ends;
    }

    /** @param unknown what a name is that is none: one of the model's file may be of a later diffusers */
    private static SchedulerNames.Named target(@Nullable Object name, Kind unknown) {
        if (!(name instanceof String text)) {
            throw SchedulerException.invalid(field(CLASS), "is missing: a scheduler's name or diffusers class name");
        }
        String reason = SchedulerClass.LEFT_OUT.get(text);
        if (reason != null) {
            throw SchedulerException.unsupported(field(CLASS), text + " " + reason);
        }
        return SchedulerNames.resolve(text).orElseThrow(() -> {
            List<String> known = Stream.concat(SchedulerNames.all().stream(), SchedulerClass.classNames().stream())
                    .toList();
            String of = unknown == Kind.UNSUPPORTED ? ", which the model's own config names," : "";
            return new SchedulerException(List.of(new Problem(
                    unknown,
                    field(CLASS),
                    "\"" + Shown.of(text) + "\"" + of + " is no scheduler; did you mean \"" + Nearest.of(text, known)
                            + "\"? Known: " + String.join(", ", known))));
        });
    }

    private static @Nullable Object typed(
            String key, @Nullable Object value, SchedulerClass type, List<Problem> problems) {
        try {
            return SchedulerRules.typed(key, value, type.defaults().get(key));
        } catch (IllegalArgumentException e) {
            problems.add(new Problem(Kind.INVALID, field(key), Objects.requireNonNull(e.getMessage())));
            return type.defaults().get(key);
        }
    }

    static String field(String key) {
        return SCHEDULER + "." + key;
    }

    /** Whether the class has a key. */
    public boolean has(String key) {
        return values.containsKey(key);
    }

    /** A flag; false where the class has no such key. */
    public boolean flag(String key) {
        return Boolean.TRUE.equals(values.get(key));
    }

    /** A string. */
    public String string(String key) {
        return (String) present(key);
    }

    /** A whole number. */
    public int integer(String key) {
        return ((Number) present(key)).intValue();
    }

    /** A number. */
    public double number(String key) {
        return ((Number) present(key)).doubleValue();
    }

    /** A number that may be None, or that the class may lack. */
    public @Nullable Double numberOrNull(String key) {
        return values.get(key) instanceof Number n ? n.doubleValue() : null;
    }

    /**
     * The largest and the smallest of Karras', exponential or beta noise levels.
     *
     * @param largest where the config gives none
     * @param smallest where the config gives none
     */
    public double[] ends(double largest, double smallest) {
        Double max = has("sigma_max") ? numberOrNull("sigma_max") : ends.get("sigma_max");
        Double min = has("sigma_min") ? numberOrNull("sigma_min") : ends.get("sigma_min");
        return new double[] {max != null ? max : largest, min != null ? min : smallest};
    }

    /** A list of numbers; empty for None. */
    public double[] numbers(String key) {
        return values.get(key) instanceof List<?> list
                ? list.stream().mapToDouble(v -> ((Number) v).doubleValue()).toArray()
                : new double[0];
    }

    private Object present(String key) {
        return Objects.requireNonNull(values.get(key), () -> type.className() + " has no " + key);
    }
}
