package io.darkroom.pipeline;

import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.sampling.Shown;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a model's {@code darkroom.json} says, read by name and type; a null is a field not given, as in a request.
 *
 * @param folder whose file it is
 * @param path of an object within the file, with a dot at its end; empty for the whole
 * @param values by name
 */
record DefaultsFile(ModelFolder folder, String path, Map<String, Object> values) {
    static DefaultsFile of(ModelFolder folder) {
        return new DefaultsFile(folder, "", folder.defaults());
    }

    /** The names of what is given. */
    Set<String> names() {
        Map<String, Object> given = new LinkedHashMap<>(values);
        given.values().removeIf(Objects::isNull);
        return given.keySet();
    }

    @Nullable
    String text(String name) {
        return read(name, "text", v -> v instanceof String text ? text : null);
    }

    @Nullable
    Boolean flag(String name) {
        return read(name, "true or false", v -> v instanceof Boolean flag ? flag : null);
    }

    @Nullable
    Double number(String name) {
        return read(name, "a number", v -> v instanceof Number number ? number.doubleValue() : null);
    }

    /** A whole number, which may be written 20.0 as in a request. */
    @Nullable
    Integer integer(String name) {
        return integer(name, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    @Nullable
    Integer integer(String name, int least, int most) {
        Long whole = whole(name, least, most);
        return whole == null ? null : Integer.valueOf(whole.intValue());
    }

    @Nullable
    Long whole(String name, long least, long most) {
        boolean bounded = least > Integer.MIN_VALUE;
        String expected = bounded ? "a whole number from " + least + " to " + most : "a whole number";
        return read(name, expected, v -> whole(v, least, most));
    }

    private static @Nullable Long whole(Object value, long least, long most) {
        if (!(value instanceof Number number)) {
            return null;
        }
        boolean exact = number instanceof Integer || number instanceof Long;
        long whole = number.longValue();
        // 2^63 as a double becomes 2^63 - 1 as a long; no size or count comes near.
        boolean same =
                exact || (number instanceof Double && whole == number.doubleValue() && Math.abs(whole) < 1L << 53);
        return same && whole >= least && whole <= most ? Long.valueOf(whole) : null;
    }

    /** One of some texts. */
    @Nullable
    String choice(String name, List<String> accepted) {
        return read(
                name,
                String.join(" or ", accepted),
                v -> v instanceof String text && accepted.contains(text) ? text : null);
    }

    /** A list, each of whose elements is read by a function that gives null for a bad one. */
    <T> @Nullable List<T> list(String name, String expected, Function<Object, @Nullable T> element) {
        return read(name, expected, v -> {
            if (!(v instanceof List<?> given)) {
                return null;
            }
            List<T> list = new ArrayList<>();
            for (Object one : given) {
                T read = one == null ? null : element.apply(one);
                if (read == null) {
                    return null;
                }
                list.add(read);
            }
            return list;
        });
    }

    @Nullable
    List<Double> numbers(String name) {
        return list(name, "a list of numbers", v -> v instanceof Number number ? number.doubleValue() : null);
    }

    /** SDXL's sizes and corners. */
    Arguments.@Nullable Size size(String name) {
        String expected = "two whole numbers in a list, [height, width] or [top, left]";
        List<Integer> pair = list(name, expected, v -> {
            Long whole = whole(v, 0, Integer.MAX_VALUE);
            return whole == null ? null : Integer.valueOf(whole.intValue());
        });
        if (pair != null && pair.size() != 2) {
            throw unfitting(name, expected);
        }
        return pair == null ? null : new Arguments.Size(pair.get(0), pair.get(1));
    }

    @Nullable
    List<Arguments.ClassLabel> classLabels(String name) {
        return read(name, "a class's number, a label, or a list of them", v -> {
            List<Arguments.ClassLabel> labels = new ArrayList<>();
            for (Object one : v instanceof List<?> several ? several : List.of(v)) {
                Long id = one == null ? null : whole(one, 0, Integer.MAX_VALUE);
                if (id != null) {
                    labels.add(new Arguments.ClassLabel.Id(id.intValue()));
                } else if (one instanceof String label) {
                    labels.add(new Arguments.ClassLabel.Name(label));
                } else {
                    return null;
                }
            }
            return labels.isEmpty() ? null : labels;
        });
    }

    /** An object, or the name that stands for its class. */
    @Nullable
    Map<String, Object> named(String name) {
        return read(name, "a name or an object", v -> {
            if (v instanceof String className) {
                return Map.of("_class_name", className);
            }
            return v instanceof Map<?, ?> map ? given(map) : null;
        });
    }

    /** The fields of an object; of one that is not given, none. */
    DefaultsFile object(String name) {
        Map<String, Object> object = read(name, "an object", v -> v instanceof Map<?, ?> map ? given(map) : null);
        return new DefaultsFile(folder, path + name + ".", object == null ? Map.of() : object);
    }

    private static Map<String, Object> given(Map<?, ?> map) {
        Map<String, Object> given = new HashMap<>();
        map.forEach((k, v) -> {
            if (v != null) {
                given.put(String.valueOf(k), v);
            }
        });
        return given;
    }

    private <T> @Nullable T read(String name, String expected, Function<Object, @Nullable T> type) {
        Object value = values.get(name);
        if (value == null) {
            return null;
        }
        T read = type.apply(value);
        if (read == null) {
            throw unfitting(name, expected);
        }
        return read;
    }

    /** A field is not what is accepted: a fault of the model. */
    ModelUnavailableException unfitting(String name, String expected) {
        return new ModelUnavailableException(folder.root().resolve(ModelFolder.DEFAULTS) + ": " + path + name
                + ": found " + Shown.of(values.get(name)) + ", expected " + expected);
    }
}
