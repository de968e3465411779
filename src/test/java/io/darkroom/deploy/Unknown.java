package io.darkroom.deploy;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Kubernetes' classes keep fields that they do not know in {@code additionalProperties}. */
final class Unknown {
    private Unknown() {}

    /** Empties them, all the way down: what is then written again is what is known. */
    static void forget(Object object) {
        forget(object, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static void forget(@Nullable Object object, Set<Object> seen) {
        if (object == null || !seen.add(object)) {
            return;
        }
        if (object instanceof Collection<?> all) {
            all.forEach(each -> forget(each, seen));
        } else if (object instanceof Map<?, ?> map) {
            map.values().forEach(each -> forget(each, seen));
        } else if (object.getClass().getName().matches("io\\.(fabric8|strimzi)\\..*")
                && !object.getClass().isEnum()) {
            for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
                for (Field field : type.getDeclaredFields()) {
                    forget(object, field, seen);
                }
            }
        }
    }

    private static void forget(Object object, Field field, Set<Object> seen) {
        if (Modifier.isStatic(field.getModifiers())) {
            return;
        }
        try {
            field.setAccessible(true);
            Object value = field.get(object);
            if (field.getName().equals("additionalProperties") && value instanceof Map<?, ?> map) {
                map.clear();
            } else {
                forget(value, seen);
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
