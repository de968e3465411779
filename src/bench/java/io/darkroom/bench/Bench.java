package io.darkroom.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs every suite, prints a table and writes {@code results.json} to the folder given. */
public final class Bench {
    private static final List<Suite> SUITES = List.of(new SamplerSuite());

    private Bench() {}

    /**
     * Runs all.
     *
     * @param args the folder for results.json
     */
    public static void main(String[] args) throws Exception {
        List<Row> rows = new ArrayList<>();
        for (Suite suite : SUITES) {
            rows.addAll(suite.run());
        }
        List<Map<String, Object>> json = new ArrayList<>();
        System.out.printf("%-40s %12s %12s %8s  %s%n", "name", "ours", "reference", "ratio", "unit");
        for (Row row : rows) {
            System.out.printf(
                    "%-40s %12.4f %12.4f %8.2f  %s%n", row.name(), row.ours(), row.reference(), row.ratio(), row.unit());
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", row.name());
            one.put("ours", row.ours());
            one.put("reference", row.reference());
            one.put("ratio", row.ratio());
            one.put("unit", row.unit());
            json.add(one);
        }
        Path folder = Path.of(args[0]);
        Files.createDirectories(folder);
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(folder.resolve("results.json").toFile(), json);
    }
}
