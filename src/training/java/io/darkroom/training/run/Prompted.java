package io.darkroom.training.run;

import io.darkroom.image.Pixels;
import io.darkroom.pipeline.Arguments;
import io.darkroom.training.data.DrawnSet;
import io.darkroom.training.data.Scene;
import io.darkroom.training.run.Judge.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Scenes whose complete captions a model is asked for, what the judge reads from the pictures, and the figures of that.
 *
 * @param scenes what was asked for
 * @param requests one for each scene, its seed the scene's number
 */
record Prompted(List<Scene> scenes, List<Arguments> requests) {
    /** Values this close to an end count as clipped: a step of 8 bits. */
    private static final double CLIPPED = 1 / 255.0;

    /**
     * The first scenes of a set that are as wanted.
     *
     * @param options what a request has beside prompt and seed
     */
    static Prompted of(DrawnSet set, int count, Predicate<Scene> wanted, UnaryOperator<Arguments.Builder> options) {
        int[] numbers = IntStream.range(0, set.count())
                .filter(i -> wanted.test(set.scene(i)))
                .limit(count)
                .toArray();
        List<Scene> scenes = new ArrayList<>();
        List<Arguments> requests = new ArrayList<>();
        for (int number : numbers) {
            scenes.add(set.scene(number));
            requests.add(options.apply(Arguments.builder())
                    .prompt(set.completeCaption(number))
                    .seed((long) number)
                    .build());
        }
        return new Prompted(scenes, requests);
    }

    /**
     * The figures of pictures: caption accuracy by attribute, {@code frechet}, {@code saturation} and {@code clipped}.
     *
     * @param pictures one for each scene
     * @param drawings what the Frechet distance is to
     */
    Map<String, Double> figures(List<Pixels> pictures, Judge judge, Frechet.Moments drawings) {
        List<Verdict> verdicts = judge.judge(pictures);
        Accuracy accuracy = new Accuracy();
        for (int i = 0; i < verdicts.size(); i++) {
            accuracy.add(scenes.get(i), verdicts.get(i).answers());
        }
        Map<String, Double> figures = new LinkedHashMap<>(accuracy.shares());
        figures.put(
                "frechet",
                Frechet.distance(
                        Frechet.Moments.of(
                                verdicts.stream().map(Verdict::features).toList()),
                        drawings));
        figures.put("saturation", mean(pictures, Prompted::saturation));
        figures.put("clipped", mean(pictures, Prompted::clipped));
        return figures;
    }

    private static double mean(List<Pixels> pictures, ToDoubleFunction<Pixels> of) {
        return pictures.stream().mapToDouble(of).average().orElse(Double.NaN);
    }

    /** The mean of (max - min) / max over the pixels: HSV's saturation. */
    static double saturation(Pixels picture) {
        double sum = 0;
        for (int rgb : picture.rgb()) {
            int max = Math.max(rgb >> 16 & 255, Math.max(rgb >> 8 & 255, rgb & 255));
            int min = Math.min(rgb >> 16 & 255, Math.min(rgb >> 8 & 255, rgb & 255));
            sum += max == 0 ? 0 : (max - min) / (double) max;
        }
        return sum / picture.rgb().length;
    }

    /** The share of values that are at black or full. */
    static double clipped(Pixels picture) {
        long ends = 0;
        for (int rgb : picture.rgb()) {
            for (int shift = 0; shift <= 16; shift += 8) {
                double value = (rgb >> shift & 255) / 255.0;
                ends += value < CLIPPED || value > 1 - CLIPPED ? 1 : 0;
            }
        }
        return ends / (3.0 * picture.rgb().length);
    }

    /** The mean distance of the features of each two of some pictures: how different they are. */
    static double diversity(List<Verdict> verdicts) {
        double sum = 0;
        int pairs = 0;
        for (int i = 0; i < verdicts.size(); i++) {
            for (int j = 0; j < i; j++) {
                double squares = 0;
                for (int k = 0; k < verdicts.get(i).features().length; k++) {
                    double d = verdicts.get(i).features()[k] - verdicts.get(j).features()[k];
                    squares += d * d;
                }
                sum += Math.sqrt(squares);
                pairs++;
            }
        }
        return sum / pairs;
    }
}
