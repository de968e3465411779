package io.darkroom.training.run;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.darkroom.image.ContactSheet;
import io.darkroom.image.Pixels;
import io.darkroom.image.PngWriter;
import io.darkroom.training.data.DrawnSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** Writes {@code report.md}: loss curves of every stage, a sheet of drawings with captions, and the evaluation. */
final class Report {
    private static final int DRAWINGS = 48;
    private static final int POINTS = 400;

    private final Course course;
    private final Path folder;

    Report(Course course) {
        this.course = course;
        this.folder = course.folder();
    }

    void write() throws IOException {
        StringBuilder text =
                new StringBuilder("# Training report\n\nSeed " + course.config().seed() + ".\n");
        text.append("\n## Drawings\n\n").append(drawings());
        text.append("\n## Losses\n\n");
        List<String> stages = new ArrayList<>(List.of("features", "vae", "decoder"));
        stages.addAll(course.config().models().keySet());
        stages.add("judge");
        for (String stage : stages) {
            text.append(curve(stage));
        }
        text.append("\n## Evaluation\n\n").append(evaluation());
        Files.writeString(folder.resolve("report.md"), text);
        course.out().println(folder.resolve("report.md") + " written");
    }

    private String drawings() throws IOException {
        DrawnSet set = course.training();
        List<List<String>> labels = new ArrayList<>();
        List<Pixels> pictures = new ArrayList<>();
        for (int i = 0; i < Math.min(DRAWINGS, set.count()); i++) {
            labels.add(List.of(set.caption(i, 0)));
            pictures.add(set.pixels(i));
        }
        Files.write(folder.resolve("drawings.png"), PngWriter.write(ContactSheet.list(labels, pictures), "{}"));
        return "![drawings](drawings.png)\n";
    }

    /** A plot of the running means of a stage's losses; nothing where it has not run. */
    private String curve(String stage) throws IOException {
        Map<String, double[]> log = LossLog.read(folder.resolve(stage + ".csv"));
        double[] steps = log.get("step");
        if (steps == null || steps.length == 0) {
            return "";
        }
        int window = Math.max(1, steps.length / POINTS);
        Chart chart = new Chart(stage, "steps", false);
        StringBuilder last = new StringBuilder();
        for (Map.Entry<String, double[]> column : log.entrySet()) {
            if (column.getKey().equals("step") || column.getKey().equals("gradient")) {
                continue;
            }
            double[] means = means(column.getValue(), window);
            last.append(String.format(Locale.ROOT, ", %s %.4g", column.getKey(), means[means.length - 1]));
            if (!column.getKey().equals("psnr")) {
                chart.line(column.getKey(), means(steps, window), means);
            }
        }
        chart.write(folder.resolve(stage + ".png"));
        return "![" + stage + "](" + stage + ".png)\n\n" + stage + ": " + steps.length + " steps; at the end"
                + last.toString().replaceFirst(",", "") + "\n\n";
    }

    private static double[] means(double[] values, int window) {
        double[] means = new double[values.length / window];
        for (int i = 0; i < means.length; i++) {
            means[i] = Arrays.stream(values, i * window, (i + 1) * window)
                    .average()
                    .orElse(Double.NaN);
        }
        return means;
    }

    private String evaluation() throws IOException {
        Path file = folder.resolve("evaluation.json");
        if (!Files.exists(file)) {
            return "Not yet: stage `evaluate`.\n";
        }
        Map<String, Map<String, Double>> figures = new ObjectMapper()
                .readValue(file.toFile(), new TypeReference<LinkedHashMap<String, Map<String, Double>>>() {});
        TreeSet<String> names = new TreeSet<>();
        figures.values().forEach(values -> names.addAll(values.keySet()));
        StringBuilder table = new StringBuilder("| | " + String.join(" | ", figures.keySet()) + " |\n|---|");
        table.append("---|".repeat(figures.size())).append('\n');
        for (String name : names) {
            table.append("| ").append(name).append(" |");
            figures.values().forEach(values -> {
                Double value = values.get(name);
                table.append(value == null ? " |" : String.format(Locale.ROOT, " %.3f |", value));
            });
            table.append('\n');
        }
        return table + "\n![the same prompts](sheet.png)\n";
    }
}
