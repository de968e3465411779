package io.darkroom.training.run;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import io.darkroom.text.Tokenizer;
import io.darkroom.training.data.DrawnSet;
import io.darkroom.training.objective.ConditionDropout;
import io.darkroom.training.objective.Objective;
import io.darkroom.training.objective.Objective.Noised;
import io.darkroom.training.objective.Times;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Trains a denoiser and the encoder of its captions together, on latents of a set. */
final class DenoiserStage implements Stage {
    /** Different captions that a picture is seen with. */
    private static final int CAPTIONS = 12;
    private static final int QUARTERS = 4;

    /** The denoiser's name in checkpoints. */
    static final String DENOISER = "denoiser";

    private final String name;
    private final Learning learning;
    private final Data data;
    private final Objective objective;
    private final Times times;
    private final ConditionDropout dropout;
    private final TextToLatents networks;
    private final List<Learner> learners;
    private final long[] empty;

    /** What it learns from. */
    record Data(DrawnSet set, Latents latents, Tokenizer tokenizer) {}

    DenoiserStage(
            String name,
            Learning learning,
            Data data,
            Objective objective,
            Times times,
            ConditionDropout dropout,
            TextToLatents networks,
            NDManager manager) {
        this.name = name;
        this.learning = learning;
        this.data = data;
        this.objective = objective;
        this.times = times;
        this.dropout = dropout;
        this.networks = networks;
        this.learners = new ArrayList<>();
        for (int i = 0; i < networks.texts().size(); i++) {
            learners.add(new Learner(text(i), networks.texts().get(i), learning, manager));
        }
        learners.add(new Learner(DENOISER, networks.denoiser(), learning, manager));
        this.empty = ids("");
    }

    /** The name of a text encoder in checkpoints: diffusers' for its folder. */
    static String text(int number) {
        return number == 0 ? "text_encoder" : "text_encoder_" + (number + 1);
    }

    private long[] ids(String caption) {
        return data.tokenizer().encode(caption).ids().stream()
                .mapToLong(Integer::longValue)
                .toArray();
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
        return learners;
    }

    @Override
    public Map<String, Double> step(long step, Random random, NDManager scope) {
        int[] numbers = Batches.numbers(data.set(), learning.batch(), random);
        NDArray z0 = data.latents().sample(numbers, random, scope);
        NDArray epsilon = Batches.normal(z0.getShape(), random, scope);
        float[] u = times.draw(numbers.length, random);
        long[][] ids = new long[numbers.length][];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = ids(data.set().caption(numbers[i], random.nextInt(CAPTIONS)));
        }
        dropout.apply(ids, empty, random);
        Noised noised = objective.noise(z0, epsilon, u);
        NDArray output;
        NDArray loss;
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            output = networks.predict(noised.input(), noised.time(), scope.create(ids));
            loss = noised.loss(output);
            collector.backward(loss);
        }
        double norm = Learner.step(learners, step, scope);
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", (double) loss.getFloat());
        values.put("gradient", norm);
        byQuarter(noised.perSample(output.stopGradient()).toFloatArray(), u, values);
        return values;
    }

    /** The mean error, unweighted, of the samples in each quarter of the path; NaN where there is none. */
    private static void byQuarter(float[] errors, float[] u, Map<String, Double> values) {
        double[] sum = new double[QUARTERS];
        int[] count = new int[QUARTERS];
        for (int i = 0; i < u.length; i++) {
            int quarter = (int) (QUARTERS * u[i]);
            sum[quarter] += errors[i];
            count[quarter]++;
        }
        for (int q = 0; q < QUARTERS; q++) {
            values.put("error_" + (q + 1), sum[q] / count[q]);
        }
    }

    @Override
    public void close() {
        networks.close();
    }
}
