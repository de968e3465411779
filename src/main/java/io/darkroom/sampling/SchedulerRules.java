package io.darkroom.sampling;

import io.darkroom.sampling.SchedulerException.Problem;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a scheduler's keys may be: types, allowed words, combinations that diffusers refuses or Darkroom lacks. */
final class SchedulerRules {
    private SchedulerRules() {}

    /**
     * A value as the key's type.
     *
     * @throws IllegalArgumentException if it is of another
     */
    static @Nullable Object typed(String key, @Nullable Object value, @Nullable Object defaultValue) {
        if (value == null) {
            if (defaultValue == null) {
                return null;
            }
            if (defaultValue instanceof Boolean) {
                return false;
            }
            if (key.equals("lambda_min_clipped")) {
                return Double.NEGATIVE_INFINITY;
            }
            throw new IllegalArgumentException("is null, but must be " + name(defaultValue.getClass()));
        }
        Class<?> type = defaultValue == null ? SchedulerKeys.NULLABLE.get(key) : defaultValue.getClass();
        if (type == Double.class) {
            boolean endless = key.equals("lambda_min_clipped") && ("-Infinity".equals(value) || "-inf".equals(value));
            return endless ? Double.NEGATIVE_INFINITY : number(value);
        }
        if (type == Integer.class) {
            double n = number(value);
            if (n != (int) n) {
                throw new IllegalArgumentException(value + " is not a whole number of at most " + Integer.MAX_VALUE);
            }
            return (int) n;
        }
        if (type != null && List.class.isAssignableFrom(type)) {
            if (!(value instanceof List<?> list)) {
                throw new IllegalArgumentException(Shown.of(value) + " is not a list of numbers");
            }
            return list.stream().map(SchedulerRules::number).toList();
        }
        if (type != null && type != Object.class && !type.isInstance(value)) {
            throw new IllegalArgumentException("\"" + Shown.of(value) + "\" is not " + name(type));
        }
        List<String> allowed = SchedulerKeys.ALLOWED.get(key);
        if (allowed != null && !allowed.contains(value)) {
            throw new IllegalArgumentException("\"" + Shown.of(value) + "\" is none of " + String.join(", ", allowed));
        }
        return value;
    }

    private static double number(@Nullable Object value) {
        if (!(value instanceof Number n)) {
            throw new IllegalArgumentException("\"" + Shown.of(value) + "\" is not a number");
        }
        if (!Double.isFinite(n.doubleValue())) {
            throw new IllegalArgumentException(
                    n + " is too large: a number of at most " + Double.MAX_VALUE + " is accepted");
        }
        return n.doubleValue();
    }

    private static String name(Class<?> type) {
        if (type == Boolean.class) {
            return "true or false";
        }
        return type == String.class ? "a string" : type == Double.class ? "a number" : "a whole number";
    }

    /** Values that a class takes from another's file and reads as its own (its constructor's register_to_config). */
    static void settle(SchedulerClass type, Map<String, @Nullable Object> values) {
        switch (type) {
            case DPM_MULTISTEP, DPM_MULTISTEP_INVERSE, DPM_SINGLESTEP, EDM_DPM_MULTISTEP -> {
                replace(values, "algorithm_type", List.of("deis"), "dpmsolver++");
                replace(values, "solver_type", List.of("logrho", "bh1", "bh2"), "midpoint");
            }
            case DEIS -> {
                replace(values, "algorithm_type", List.of("dpmsolver", "dpmsolver++"), "deis");
                replace(values, "solver_type", List.of("midpoint", "heun", "bh1", "bh2"), "logrho");
            }
            case UNIPC -> replace(values, "solver_type", List.of("midpoint", "heun", "logrho"), "bh2");
            case DDIM, DDIM_INVERSE, DDPM, PNDM, LMS, EULER, EULER_ANCESTRAL, HEUN, KDPM2, KDPM2_ANCESTRAL -> {}
            case SA_SOLVER, IPNDM, LCM, TCD, EDM_EULER, FLOW_EULER, FLOW_HEUN -> {}
        }
    }

    private static void replace(Map<String, @Nullable Object> values, String key, List<String> from, String to) {
        if (values.get(key) instanceof String value && from.contains(value)) {
            values.put(key, to);
        }
    }

    /** Problems of values that are of the right types one by one. */
    static List<Problem> check(SchedulerClass type, Map<String, @Nullable Object> values) {
        return new SchedulerChecks(type, values).problems();
    }
}
