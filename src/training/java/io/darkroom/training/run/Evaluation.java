package io.darkroom.training.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.darkroom.image.Pixels;
import io.darkroom.model.ModelFolder;
import io.darkroom.pipeline.Arguments;
import io.darkroom.training.data.DrawnSet;
import io.darkroom.training.data.Scene;
import io.darkroom.training.run.Judge.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Judges the models ({@link Course#models}) side by side: what the judge reads of held-out captions from their pictures,
 * the Frechet distance of these to held-out drawings, diversity, and the contact sheet. Writes {@code evaluation.json} and
 * {@code sheet.png}.
 */
final class Evaluation {
    private static final int PICTURES = 240;
    private static final int PROMPTS_OF_DIVERSITY = 6;
    private static final int SEEDS_OF_DIVERSITY = 8;
    private static final double GUIDANCE = 5;
    /** The sheet's. */
    private static final double GUIDANCE_OF_SHEET = 3;

    private static final int STEPS = 20;

    private final Course course;

    Evaluation(Course course) {
        this.course = course;
    }

    void run() throws IOException {
        Map<String, Map<String, Double>> figures = new LinkedHashMap<>();
        Map<String, List<Pixels>> sheet = new LinkedHashMap<>();
        DrawnSet heldOut = course.heldOut();
        try (Judge judge = judge(course)) {
            Frechet.Moments drawings = moments(heldOut, judge, scene -> true);
            figures.put("drawings", ofDrawings(heldOut, judge, drawings));
            for (Map.Entry<String, ModelFolder> model : course.models().entrySet()) {
                try (Renderer renderer = new Renderer(model.getValue())) {
                    figures.put(model.getKey(), ofModel(model.getKey(), renderer, heldOut, judge, drawings));
                    sheet.put(model.getKey(), renderer.pictures(Sheets.requests(GUIDANCE_OF_SHEET), done -> {}));
                }
            }
        }
        Files.write(
                course.folder().resolve("evaluation.json"),
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(figures));
        Sheets.write(course.folder().resolve("sheet.png"), Sheets.PROMPTS, sheet);
        figures.forEach((model, values) -> course.out().println(model + ": " + values));
    }

    static Judge judge(Course course) throws IOException {
        return new Judge(course.trained("judge", "classifier", Networks.classifier()), course.root());
    }

    /** What Frechet distances are to: drawings of the scenes that are as wanted. */
    static Frechet.Moments moments(DrawnSet set, Judge judge, Predicate<Scene> wanted) {
        List<Pixels> pictures = IntStream.range(0, set.count())
                .filter(i -> wanted.test(set.scene(i)))
                .mapToObj(set::pixels)
                .toList();
        return Frechet.Moments.of(
                judge.judge(pictures).stream().map(Verdict::features).toList());
    }

    /** The ceiling: what the judge reads from drawings themselves. */
    private static Map<String, Double> ofDrawings(DrawnSet set, Judge judge, Frechet.Moments drawings) {
        Prompted prompted = Prompted.of(set, PICTURES, scene -> true, options -> options);
        List<Pixels> pictures = IntStream.range(0, prompted.scenes().size())
                .mapToObj(set::pixels)
                .toList();
        return prompted.figures(pictures, judge, drawings);
    }

    private Map<String, Double> ofModel(
            String name, Renderer renderer, DrawnSet set, Judge judge, Frechet.Moments drawings) throws IOException {
        Prompted prompted = Prompted.of(
                set, PICTURES, scene -> true, o -> o.guidanceScale(GUIDANCE).numInferenceSteps(STEPS));
        List<Pixels> pictures;
        try (Progress progress = new Progress(
                "pictures of " + name, "pictures", 0, prompted.requests().size(), course.out())) {
            pictures = renderer.pictures(prompted.requests(), progress::at);
        }
        Map<String, Double> figures = prompted.figures(pictures, judge, drawings);
        figures.put("diversity", diversity(renderer, set, judge, GUIDANCE, STEPS));
        return figures;
    }

    /** Of pictures of one prompt with several seeds; the mean over a few prompts. */
    static double diversity(Renderer renderer, DrawnSet set, Judge judge, double guidance, int steps) {
        Prompted prompted = Prompted.of(
                set, PROMPTS_OF_DIVERSITY, scene -> scene.style() == Scene.Style.PLAIN, o -> o.guidanceScale(guidance)
                        .numInferenceSteps(steps));
        List<Double> values = new ArrayList<>();
        for (Arguments request : prompted.requests()) {
            List<Arguments> seeds = LongStream.range(0, SEEDS_OF_DIVERSITY)
                    .mapToObj(seed -> request.toBuilder().seed(seed).build())
                    .toList();
            values.add(Prompted.diversity(judge.judge(renderer.pictures(seeds, done -> {}))));
        }
        return values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
    }
}
