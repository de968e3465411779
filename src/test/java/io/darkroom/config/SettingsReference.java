package io.darkroom.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import io.smallrye.config.WithParentName;
import io.smallrye.config.common.utils.StringUtil;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The reference of all settings, made from {@link DarkroomConfig}: names, types, defaults and limits from the compiled
 * interface, meanings from its Javadoc.
 */
final class SettingsReference {
    private static final Path SOURCE = Path.of("src/main/java/io/darkroom/config/DarkroomConfig.java");
    private static final String PREFIX = "darkroom";
    private static final String YES_OR_NO = "`true` or `false`";
    private static final String NUMBER = "number";

    private static final Map<Type, String> TYPES = Map.ofEntries(
            Map.entry(String.class, "text"),
            Map.entry(Path.class, "path"),
            Map.entry(URI.class, "address"),
            Map.entry(boolean.class, YES_OR_NO),
            Map.entry(Boolean.class, YES_OR_NO),
            Map.entry(int.class, NUMBER),
            Map.entry(Integer.class, NUMBER),
            Map.entry(Long.class, NUMBER),
            Map.entry(MemorySize.class, "size"),
            Map.entry(Duration.class, "duration"));

    /** A setting as the document has it. */
    record Setting(String name, String type, String byDefault, String meaning) {}

    /** Settings that belong together. */
    record Section(String title, String meaning, List<Setting> settings) {}

    /** By interface, and by interface and method, in the order of the source. */
    private final Map<String, String> javadoc;

    private final List<Section> sections = new ArrayList<>();

    private SettingsReference() throws IOException {
        javadoc = JavadocReader.read(SOURCE);
        Section top = new Section(PREFIX, "", new ArrayList<>());
        sections.add(top);
        collect(DarkroomConfig.class, PREFIX, top);
    }

    /** The sections of the document, in the order of the source. */
    static List<Section> sections() throws IOException {
        return new SettingsReference().sections;
    }

    private void collect(Class<?> of, String at, Section into) {
        String own = of.getSimpleName() + ".";
        for (String key : List.copyOf(javadoc.keySet())) {
            if (key.startsWith(own)) {
                add(method(of, key.substring(own.length())), at, into);
            }
        }
    }

    private static Method method(Class<?> of, String name) {
        try {
            return of.getMethod(name);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("the source is another than what is compiled", e);
        }
    }

    private void add(Method method, String at, Section into) {
        Type type = method.getGenericReturnType();
        String name = method.isAnnotationPresent(WithParentName.class) ? at : at + "." + segment(method);
        if (isGroup(type)) {
            group((Class<?>) type, name, name.equals(at) ? into : null);
        } else if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
            Type value = map.getActualTypeArguments()[1];
            String each = name + ".<name>";
            boolean group = isGroup(value);
            into.settings()
                    .add(new Setting(
                            group ? each + ".…" : each,
                            group ? "as without `" + segment(method) + ".<name>`" : type(value),
                            "",
                            meaning(method)));
        } else {
            String limits = limits(method, method.getAnnotatedReturnType());
            into.settings().add(new Setting(name, type(type) + limits, byDefault(method), meaning(method)));
        }
    }

    /** @param given where its settings belong; null for a section of their own */
    private void group(Class<?> group, String name, @Nullable Section given) {
        Section into = given;
        if (into == null) {
            into = new Section(name, javadoc.getOrDefault(group.getSimpleName(), ""), new ArrayList<>());
            sections.add(into);
        }
        collect(group, name, into);
    }

    private String meaning(Method method) {
        return javadoc.getOrDefault(method.getDeclaringClass().getSimpleName() + "." + method.getName(), "");
    }

    private static boolean isGroup(Type type) {
        return type instanceof Class<?> c && c.isInterface() && c.getEnclosingClass() == DarkroomConfig.class;
    }

    private static String segment(Method method) {
        WithName own = method.getAnnotation(WithName.class);
        return own == null ? StringUtil.skewer(method.getName()) : own.value();
    }

    private static String byDefault(Method method) {
        WithDefault given = method.getAnnotation(WithDefault.class);
        return given == null ? "" : "`" + given.value() + "`";
    }

    private static String type(Type type) {
        if (type instanceof ParameterizedType of) {
            boolean several = of.getRawType() == List.class || of.getRawType() == Set.class;
            return (several ? "list of " : "") + type(of.getActualTypeArguments()[0]);
        }
        String known = TYPES.get(type);
        if (known == null) {
            throw new IllegalStateException("the reference has no word for " + type);
        }
        return known;
    }

    /** What is accepted: by the annotations of the method, else of what its type is of, as in {@code Optional<@Min(1) …>}. */
    private static String limits(AnnotatedElement of, AnnotatedType type) {
        List<String> limits = new ArrayList<>();
        Optional.ofNullable(of.getAnnotation(Min.class)).ifPresent(min -> limits.add("at least " + min.value()));
        Optional.ofNullable(of.getAnnotation(Max.class)).ifPresent(max -> limits.add("at most " + max.value()));
        Optional.ofNullable(of.getAnnotation(Pattern.class))
                .map(Pattern::regexp)
                .filter(words -> words.matches("[a-z|-]+"))
                .ifPresent(words -> limits.add("`" + words.replace("|", "`, `") + "`"));
        if (limits.isEmpty() && type instanceof AnnotatedParameterizedType outer) {
            AnnotatedType inner = outer.getAnnotatedActualTypeArguments()[0];
            return limits(inner, inner);
        }
        return limits.isEmpty() ? "" : ": " + String.join(", ", limits);
    }
}
