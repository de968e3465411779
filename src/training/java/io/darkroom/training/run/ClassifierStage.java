package io.darkroom.training.run;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import io.darkroom.training.data.Attributes;
import io.darkroom.training.data.Attributes.Question;
import io.darkroom.training.data.DrawnSet;
import io.darkroom.training.data.Landscape;
import io.darkroom.training.net.Network;
import io.darkroom.training.net.PictureClassifier;
import io.darkroom.training.net.Scalars;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Trains a network that reads attributes from pictures: the sum of the cross entropies of all questions. */
final class ClassifierStage implements Stage {
    private final String name;
    private final Learning learning;
    private final DrawnSet set;
    private final Network network;
    private final Learner learner;

    ClassifierStage(String name, Learning learning, DrawnSet set, NDManager manager, long seed) {
        this.name = name;
        this.learning = learning;
        this.set = set;
        this.network = new Network(PictureClassifier.ofClasses(Attributes.logits()), manager, seed);
        this.learner = new Learner("classifier", network, learning, manager);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Learning learning() {
        return learning;
    }

    @Override
    public List<Learner> learners() {
        return List.of(learner);
    }

    @Override
    public Map<String, Double> step(long step, Random random, NDManager scope) {
        int[] numbers = Batches.numbers(set, learning.batch(), random);
        NDArray pictures = Batches.pictures(set, numbers, Landscape.SIDE, random, scope);
        NDArray answers = Batches.answers(set, numbers, scope);
        NDArray logits;
        NDArray loss;
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            logits = network.forward(pictures)[0];
            loss = crossEntropy(logits, answers);
            collector.backward(loss);
        }
        double norm = Learner.step(List.of(learner), step, scope);
        return Map.of(
                "loss", (double) loss.getFloat(), "gradient", norm, "right", share(logits.toFloatArray(), numbers));
    }

    /** The sum over questions of the mean over the batch; questions without an answer count 0. */
    static NDArray crossEntropy(NDArray logits, NDArray answers) {
        List<Question> questions = Attributes.all();
        long[] ends = questions.stream()
                .limit(questions.size() - 1L)
                .mapToLong(q -> q.from() + q.answers())
                .toArray();
        List<NDArray> parts = logits.split(ends, 1);
        List<NDArray> right = answers.split(ends, 1);
        NDArray sum = null;
        for (int q = 0; q < questions.size(); q++) {
            NDArray one = parts.get(q).logSoftmax(1).mul(right.get(q)).sum();
            sum = sum == null ? one : sum.add(one);
        }
        if (sum == null) {
            throw new IllegalStateException("no questions");
        }
        return Scalars.times(sum, -1.0 / logits.getShape().get(0));
    }

    /** The share of the questions with an answer that are answered rightly. */
    private double share(float[] logits, int[] numbers) {
        List<Boolean> right = new ArrayList<>();
        for (int i = 0; i < numbers.length; i++) {
            int[] wanted = Attributes.answers(set.scene(numbers[i]));
            int[] read =
                    Attributes.read(Arrays.copyOfRange(logits, i * Attributes.logits(), (i + 1) * Attributes.logits()));
            for (int q = 0; q < wanted.length; q++) {
                if (wanted[q] != Attributes.UNASKED) {
                    right.add(wanted[q] == read[q]);
                }
            }
        }
        return right.stream().filter(r -> r).count() / (double) right.size();
    }

    @Override
    public void close() {
        network.close();
    }
}
