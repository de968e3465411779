package io.darkroom.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.darkroom.bench.schedule.ScheduleSuite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runs every suite, prints a table and writes {@code results.json} to the folder given. */
public final class Bench {
    private Bench() {}

    /**
     * Runs all, or those named.
     *
     * @param args the folder for results.json, the packaged application's jar, and which suites to run: {@code all} or
     *     some of {@code picture}, {@code mix}, {@code transformer}, {@code optimized}, {@code schedule}, {@code jobs}, {@code sampler}, with commas between them
     */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        Files.createDirectories(folder);
        Map<String, Suite> suites = new LinkedHashMap<>();
        suites.put("picture", new PictureSuite());
        suites.put("mix", MixSuite.starter());
        suites.put("transformer", MixSuite.transformer());
        suites.put("optimized", new OptimizedSuite());
        suites.put("schedule", new ScheduleSuite(folder));
        suites.put("jobs", new JobSuite(Path.of(args[1]), folder));
        suites.put("sampler", new SamplerSuite());
        if (!args[2].equals("all")) {
            suites.keySet().retainAll(List.of(args[2].split(",", -1)));
        }
        List<Row> rows = new ArrayList<>();
        for (Suite suite : suites.values()) {
            rows.addAll(suite.run());
        }
        List<Map<String, Object>> json = new ArrayList<>();
        System.out.printf("%-42s %12s %12s %8s  %s%n", "name", "ours", "reference", "ratio", "unit");
        for (Row row : rows) {
            System.out.printf(
                    Locale.ROOT,
                    "%-42s %12.4f %12.4f %8.3f  %s%n",
                    row.name(),
                    row.ours(),
                    row.reference(),
                    row.ratio(),
                    row.unit());
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", row.name());
            one.put("ours", row.ours());
            one.put("reference", row.reference());
            one.put("ratio", row.ratio());
            one.put("unit", row.unit());
            json.add(one);
        }
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(folder.resolve("results.json").toFile(), json);
    }
}
