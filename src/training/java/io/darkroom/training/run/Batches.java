package io.darkroom.training.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.darkroom.training.data.Attributes;
import io.darkroom.training.data.Attributes.Question;
import io.darkroom.training.data.DrawnSet;
import io.darkroom.training.data.Landscape;
import java.util.Random;

/** Batches of what a set holds, as tensors. */
final class Batches {
    private Batches() {}

    /** Numbers of pictures, each drawn on its own. */
    static int[] numbers(DrawnSet set, int batch, Random random) {
        return random.ints(batch, 0, set.count()).toArray();
    }

    /** Squares at random places, [batch, 3, size, size] in -1..1. */
    static NDArray pictures(DrawnSet set, int[] numbers, int size, Random random, NDManager scope) {
        float[] values = new float[numbers.length * 3 * size * size];
        for (int i = 0; i < numbers.length; i++) {
            int left = random.nextInt(Landscape.SIDE - size + 1);
            int top = random.nextInt(Landscape.SIDE - size + 1);
            set.crop(numbers[i], left, top, size, values, i * 3 * size * size);
        }
        return scope.create(values, new Shape(numbers.length, 3, size, size));
    }

    /** For each picture a 1 at each right answer's logit, [batch, logits]. */
    static NDArray answers(DrawnSet set, int[] numbers, NDManager scope) {
        float[] values = new float[numbers.length * Attributes.logits()];
        for (int i = 0; i < numbers.length; i++) {
            int[] answers = Attributes.answers(set.scene(numbers[i]));
            for (int q = 0; q < answers.length; q++) {
                Question question = Attributes.all().get(q);
                if (answers[q] != Attributes.UNASKED) {
                    values[i * Attributes.logits() + question.from() + answers[q]] = 1;
                }
            }
        }
        return scope.create(values, new Shape(numbers.length, Attributes.logits()));
    }

    /** Standard normal values. */
    static NDArray normal(Shape shape, Random random, NDManager scope) {
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return scope.create(values, shape);
    }
}
