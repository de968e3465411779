package io.darkroom;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a worker exports, in Prometheus' text format: the names of its series, their labels and the values seen. */
final class Exposition {
    private static final Pattern SERIES = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");

    /**
     * All series of a name.
     *
     * @param type as the family's comment has it
     * @param labels the values that were seen, by the label's name
     */
    record Metric(String type, Map<String, Set<String>> labels) {
        /** Whether it only ever grows, so that it has a rate. */
        boolean grows() {
            return !type.equals("gauge");
        }
    }

    private final Map<String, Metric> metrics = new TreeMap<>();

    private Exposition() {}

    static Exposition parse(String text) {
        Exposition parsed = new Exposition();
        Map<String, String> types = new HashMap<>();
        text.lines().forEach(line -> {
            Matcher type = TYPE.matcher(line);
            Matcher series = SERIES.matcher(line);
            if (type.matches()) {
                types.put(type.group(1), type.group(2));
            } else if (series.matches()) {
                String name = series.group(1);
                String family = types.containsKey(name) ? name : name.replaceFirst("_(bucket|sum|count)$", "");
                Metric metric = parsed.metrics.computeIfAbsent(
                        name, n -> new Metric(types.getOrDefault(family, "untyped"), new TreeMap<>()));
                Matcher label = LABEL.matcher(series.group(2) == null ? "" : series.group(2));
                while (label.find()) {
                    metric.labels()
                            .computeIfAbsent(label.group(1), l -> new TreeSet<>())
                            .add(label.group(2));
                }
            }
        });
        return parsed;
    }

    @Nullable
    Metric metric(String name) {
        return metrics.get(name);
    }

    /** Families whose names begin so, with their labels but for {@code le}; of a summary without its maximum. */
    Map<String, Set<String>> families(String prefix) {
        Map<String, Set<String>> families = new TreeMap<>();
        metrics.forEach((name, metric) -> {
            if (name.startsWith(prefix)) {
                String family = metric.type().matches("histogram|summary")
                        ? name.replaceFirst("_(bucket|sum|count)$", "")
                        : name;
                Set<String> labels = families.computeIfAbsent(family, f -> new TreeSet<>());
                labels.addAll(metric.labels().keySet());
                labels.remove("le");
            }
        });
        // What a summary was at most lately: named with it.
        families.keySet()
                .removeIf(name -> name.endsWith("_max")
                        && families.containsKey(name.substring(0, name.length() - "_max".length())));
        return families;
    }
}
