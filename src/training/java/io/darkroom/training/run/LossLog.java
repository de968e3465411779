package io.darkroom.training.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What each step's losses were: a table of comma-separated values, one line a step. */
final class LossLog {
    private final Path file;
    private final List<String> lines = new ArrayList<>();

    private LossLog(Path file) {
        this.file = file;
    }

    /**
     * Opens a log to go on with.
     *
     * @param step lines of this and later steps, which a killed process wrote and which will come again, are removed
     */
    static LossLog open(Path file, long step) throws IOException {
        if (Files.exists(file)) {
            List<String> lines = Files.readAllLines(file);
            List<String> kept = lines.stream()
                    .filter(line -> line.startsWith("step,") || before(line, lines.get(0), step))
                    .toList();
            Path part = file.resolveSibling(file.getFileName() + ".part");
            Files.write(part, kept);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        return new LossLog(file);
    }

    /** Not what a kill cut off. */
    private static boolean before(String line, String head, long step) {
        String[] values = line.split(",", -1);
        return values.length == head.split(",", -1).length && !values[0].isEmpty() && Long.parseLong(values[0]) < step;
    }

    void add(long step, Map<String, Double> values) throws IOException {
        Map<String, Double> sorted = new TreeMap<>(values);
        if (lines.isEmpty() && (!Files.exists(file) || Files.size(file) == 0)) {
            lines.add("step," + String.join(",", sorted.keySet()));
        }
        lines.add(step + ","
                + sorted.values().stream()
                        .map(v -> String.format(Locale.ROOT, "%.6g", v))
                        .collect(Collectors.joining(",")));
    }

    void flush() throws IOException {
        Files.write(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        lines.clear();
    }

    /** Columns by name, {@code step} among them; empty where there is no such file. */
    static Map<String, double[]> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Map.of();
        }
        List<String> all = Files.readAllLines(file);
        String[] names = all.get(0).split(",", -1);
        Map<String, double[]> columns = new TreeMap<>();
        for (int c = 0; c < names.length; c++) {
            double[] column = new double[all.size() - 1];
            for (int i = 0; i < column.length; i++) {
                column[i] = Double.parseDouble(all.get(i + 1).split(",", -1)[c]);
            }
            columns.put(names[c], column);
        }
        return columns;
    }
}
