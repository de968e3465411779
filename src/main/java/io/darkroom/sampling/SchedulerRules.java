package io.darkroom.sampling;

import io.darkroom.sampling.SchedulerException.Kind;
import io.darkroom.sampling.SchedulerException.Problem;
import java.util.ArrayList;
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
            return number(value);
        }
        if (type == Integer.class) {
            double n = number(value);
            if (n != Math.rint(n)) {
                throw new IllegalArgumentException(value + " is not a whole number");
            }
            return (int) n;
        }
        if (type != null && List.class.isAssignableFrom(type)) {
            if (!(value instanceof List<?> list)) {
                throw new IllegalArgumentException(value + " is not a list of numbers");
            }
            return list.stream().map(SchedulerRules::number).toList();
        }
        if (type != null && type != Object.class && !type.isInstance(value)) {
            throw new IllegalArgumentException("\"" + value + "\" is not " + name(type));
        }
        List<String> allowed = SchedulerKeys.ALLOWED.get(key);
        if (allowed != null && !allowed.contains(value)) {
            throw new IllegalArgumentException("\"" + value + "\" is none of " + String.join(", ", allowed));
        }
        return value;
    }

    private static double number(@Nullable Object value) {
        if (value instanceof Number n) {
            return n.doubleValue();
        }
        if ("-Infinity".equals(value) || "-inf".equals(value)) {
            return Double.NEGATIVE_INFINITY;
        }
        throw new IllegalArgumentException("\"" + value + "\" is not a number");
    }

    private static String name(Class<?> type) {
        if (type == Boolean.class) {
            return "true or false";
        }
        return type == String.class ? "a string" : type == Double.class ? "a number" : "a whole number";
    }

    /** Problems of values that are of the right types one by one. */
    static List<Problem> check(SchedulerClass type, Map<String, @Nullable Object> values) {
        List<Problem> problems = new ArrayList<>();
        for (String key : List.of("solver_p", "tau_func", "variance_type")) {
            if (type != SchedulerClass.DDPM && values.get(key) != null) {
                problems.add(new Problem(
                        Kind.UNSUPPORTED, SchedulerConfig.field(key), values.get(key) + " is not built; leave it out"));
            }
        }
        List<String> kinds = java.util.stream.Stream.of(
                        "use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "use_lu_lambdas")
                .filter(k -> Boolean.TRUE.equals(values.get(k)))
                .toList();
        if (kinds.size() > 1) {
            problems.add(new Problem(
                    Kind.INVALID,
                    SchedulerConfig.field(kinds.get(1)),
                    "only one of " + String.join(" and ", kinds) + " can be true"));
        }
        return problems;
    }
}
