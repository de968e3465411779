package io.darkroom.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one JSON object, read by name and type. What is wrong is reported and read as null, so that reading goes
 * on and everything is reported at once; a JSON null is a field not given, as {@code None} is in diffusers. A name that
 * nobody asked for is reported at the end.
 *
 * <p>A whole number may be written 20.0: JSON has one kind of number, JSON Schema counts 20.0 among the integers, many
 * languages write every number so, and diffusers itself takes {@code num_inference_steps=20.0} and {@code height=512.0}.
 */
final class Fields {
    /**
     * Values below one field whose keys are not ours: in the longest list of diffusers' schedulers, trained_betas, stand
     * as many as there are training timesteps, which are 1,000.
     */
    static final int MOST_FREE = 10_000;

    private final ObjectNode json;
    private final String path;
    private final Problems problems;
    private final Set<String> known = new LinkedHashSet<>();

    Fields(ObjectNode json, String path, Problems problems) {
        this.json = json;
        this.path = path;
        this.problems = problems;
    }

    ObjectNode json() {
        return json;
    }

    Problems problems() {
        return problems;
    }

    /** A field's path from the request's root. */
    String at(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** A field as it was given; null where it was not. */
    @Nullable
    JsonNode given(String name) {
        known.add(name);
        JsonNode value = json.get(name);
        return value == null || value.isNull() ? null : value;
    }

    @Nullable
    String text(String name, String expected, Predicate<String> good) {
        JsonNode value = given(name);
        if (value == null) {
            return null;
        }
        if (value.isTextual() && !Quote.brokenUnicode(value.textValue()) && good.test(value.textValue())) {
            return value.textValue();
        }
        wrong(name, expected, value);
        return null;
    }

    @Nullable
    Boolean flag(String name) {
        JsonNode value = given(name);
        if (value == null || value.isBoolean()) {
            return value == null ? null : value.booleanValue();
        }
        wrong(name, "true or false", value);
        return null;
    }

    @Nullable
    Integer integer(String name, int least, int most) {
        return integer(name, least, most, null);
    }

    /** A whole number; above {@code most} it is too large rather than wrong, where a limit is named. */
    @Nullable
    Integer integer(String name, int least, int most, @Nullable String limit) {
        Long value = longInteger(name, least, most, limit);
        return value == null ? null : value.intValue();
    }

    @Nullable
    Long longInteger(String name, long least, long most, @Nullable String limit) {
        JsonNode value = given(name);
        return value == null ? null : whole(at(name), value, least, most, limit);
    }

    @Nullable
    Double number(String name, double least, double most) {
        return number(name, least, most, "a number from " + least + " to " + most);
    }

    @Nullable
    Double number(String name, double least, double most, String expected) {
        JsonNode value = given(name);
        return value == null ? null : real(at(name), value, least, most, expected);
    }

    /** One of an enum's constants, written in lower case. */
    <E extends Enum<E>> @Nullable E choice(String name, Class<E> type) {
        JsonNode value = given(name);
        if (value == null) {
            return null;
        }
        List<String> names = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            String wire = constant.name().toLowerCase(java.util.Locale.ROOT);
            if (wire.equals(value.textValue())) {
                return constant;
            }
            names.add('"' + wire + '"');
        }
        wrong(name, String.join(" or ", names), value);
        return null;
    }

    /** An object's fields; the caller reads them and then asks for {@link #refuseUnknown()}. */
    @Nullable
    Fields object(String name, String expected) {
        JsonNode value = given(name);
        if (value == null) {
            return null;
        }
        if (value instanceof ObjectNode object) {
            return new Fields(object, at(name), problems);
        }
        wrong(name, expected, value);
        return null;
    }

    /** A list, each of whose elements is read by a function of its path and value that gives null for a bad one. */
    <T> @Nullable List<T> list(
            String name,
            String expected,
            int most,
            @Nullable String limit,
            BiFunction<String, JsonNode, @Nullable T> element) {
        JsonNode value = given(name);
        if (value == null) {
            return null;
        }
        if (!value.isArray() || value.isEmpty()) {
            wrong(name, expected, value);
            return null;
        }
        if (value.size() > most) {
            tooLarge(at(name), "at most " + most + " elements", value.size() + " elements", limit);
            return null;
        }
        List<T> read = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            T one = element.apply(at(name) + "[" + i + "]", value.get(i));
            if (one != null) {
                read.add(one);
            }
        }
        return read.size() == value.size() ? read : null;
    }

    @Nullable
    Long whole(String at, JsonNode value, long least, long most, @Nullable String limit) {
        String expected = "a whole number from " + least + " to " + most;
        if (value.isNumber()) {
            BigDecimal number = value.decimalValue();
            boolean integral =
                    number.signum() == 0 || number.stripTrailingZeros().scale() <= 0;
            if (integral && number.compareTo(BigDecimal.valueOf(most)) > 0 && limit != null) {
                tooLarge(at, expected, show(value), limit);
                return null;
            }
            if (integral
                    && number.compareTo(BigDecimal.valueOf(least)) >= 0
                    && number.compareTo(BigDecimal.valueOf(most)) <= 0) {
                return number.longValueExact();
            }
        }
        problems.add(at, "expected " + expected + ", got " + show(value));
        return null;
    }

    @Nullable
    Double real(String at, JsonNode value, double least, double most, String expected) {
        if (value.isNumber()) {
            double number = value.decimalValue().doubleValue();
            if (number >= least && number <= most) {
                return number;
            }
        }
        problems.add(at, "expected " + expected + ", got " + show(value));
        return null;
    }

    /** The names that were given, in order, without those given as null. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        json.properties().forEach(e -> {
            if (!e.getValue().isNull()) {
                names.add(e.getKey());
            }
        });
        return names;
    }

    /**
     * All fields but some as free values, whatever their names; a null stays, for it may override a value. None where they
     * are more than a request may have, which is reported.
     */
    Map<String, Object> others(Set<String> but) {
        long values = valuesBelow(json);
        if (values > MOST_FREE) {
            tooLarge(path, "at most " + MOST_FREE + " values in lists and objects together", values + " values", null);
            return Map.of();
        }
        return free(json, but);
    }

    private static long valuesBelow(JsonNode json) {
        long values = json.size();
        for (JsonNode each : json) {
            values += valuesBelow(each);
        }
        return values;
    }

    private static Map<String, Object> free(ObjectNode json, Set<String> but) {
        Map<String, Object> values = new LinkedHashMap<>();
        json.properties().forEach(e -> {
            if (!but.contains(e.getKey())) {
                values.put(e.getKey(), free(e.getValue()));
            }
        });
        return values;
    }

    /** Reports every field that nobody asked for, each with the nearest that there is. */
    void refuseUnknown() {
        if (!problems.namesUnknown()) {
            return;
        }
        json.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                problems.add(
                        () -> at(name),
                        () -> "unknown field; the nearest known one is " + Quote.of(NearestName.of(name, known)));
            }
        });
    }

    void wrong(String name, String expected, JsonNode got) {
        problems.add(at(name), "expected " + expected + ", got " + show(got));
    }

    void tooLarge(String at, String expected, String got, @Nullable String limit) {
        String setting = limit == null ? "" : " (darkroom.limits." + limit + ")";
        problems.add(at, "expected " + expected + setting + ", got " + got, Failure.Code.TOO_LARGE);
    }

    /** A value as it may stand in a message: a long one by its beginning. */
    static String show(JsonNode value) {
        if (value.isTextual()) {
            return Quote.of(value.textValue());
        }
        StringBuilder out = new StringBuilder();
        begin(value, out);
        return Quote.bare(out.toString());
    }

    /** Writes the beginning of a value's JSON: hardly more of it than a message shows. */
    private static void begin(JsonNode value, StringBuilder out) {
        if (!value.isContainerNode()) {
            out.append(value.isTextual() ? Quote.of(value.textValue()) : value.asText());
            return;
        }
        out.append(value.isArray() ? '[' : '{');
        Iterator<String> names = value.fieldNames();
        String separator = "";
        for (JsonNode each : value) {
            if (out.length() > Quote.LONGEST) {
                return;
            }
            out.append(separator).append(names.hasNext() ? Quote.of(names.next()) + ":" : "");
            begin(each, out);
            separator = ",";
        }
        out.append(value.isArray() ? ']' : '}');
    }

    /** A value whose words are nobody's business: numbers as they are, of all others the kind and the length. */
    static String kind(JsonNode value) {
        if (value.isTextual()) {
            return "a text of " + value.textValue().length() + " characters";
        }
        if (value.isContainerNode()) {
            return (value.isArray() ? "a list of " : "an object of ") + value.size();
        }
        return show(value);
    }

    /** A free value: Boolean, Long, Double, String, List or Map; null for a null. */
    static @Nullable Object free(JsonNode value) {
        if (value instanceof ObjectNode object) {
            return free(object, Set.of());
        }
        if (value.isArray()) {
            List<Object> list = new ArrayList<>(value.size());
            value.forEach(v -> list.add(free(v)));
            return Collections.unmodifiableList(list);
        }
        if (value.isNumber()) {
            BigDecimal number = value.decimalValue();
            boolean whole = number.scale() <= 0 && number.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
            return whole ? (Object) number.longValueExact() : (Object) number.doubleValue();
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        return value.isNull() ? null : value.asText();
    }
}
