package io.darkroom.training.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** Figures at points of one axis: a file of comma-separated values and plots of it. */
final class Table {
    private final String name;
    private final String axis;
    private final Map<Double, Map<String, Double>> rows = new LinkedHashMap<>();

    Table(String name, String axis) {
        this.name = name;
        this.axis = axis;
    }

    void add(double at, Map<String, Double> figures, PrintStream out) {
        rows.put(at, figures);
        out.println(name + ", " + axis + " " + at + ": " + figures);
    }

    double mean(String column) {
        return rows.values().stream()
                .mapToDouble(row -> value(row, column))
                .average()
                .orElse(Double.NaN);
    }

    private static double value(Map<String, Double> row, String column) {
        return row.getOrDefault(column, Double.NaN);
    }

    /**
     * Writes {@code NAME.csv} and a plot for each group of columns, {@code NAME-FIRST.png}.
     *
     * @param plots columns that share a plot
     */
    @SafeVarargs
    final void write(Path folder, List<String>... plots) throws IOException {
        Files.createDirectories(folder);
        TreeSet<String> columns = new TreeSet<>();
        rows.values().forEach(row -> columns.addAll(row.keySet()));
        List<String> lines = new ArrayList<>(List.of(axis + "," + String.join(",", columns)));
        rows.forEach((at, row) -> {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%.6g", at));
            columns.forEach(column -> line.append(String.format(Locale.ROOT, ",%.6g", value(row, column))));
            lines.add(line.toString());
        });
        Files.write(folder.resolve(name + ".csv"), lines);
        double[] x = rows.keySet().stream().mapToDouble(v -> v).toArray();
        for (List<String> plot : plots) {
            Chart chart = new Chart(name, axis, true);
            plot.forEach(column -> chart.line(
                    column,
                    x,
                    rows.values().stream()
                            .mapToDouble(row -> value(row, column))
                            .toArray()));
            chart.write(folder.resolve(name + "-" + plot.get(0) + ".png"));
        }
    }
}
