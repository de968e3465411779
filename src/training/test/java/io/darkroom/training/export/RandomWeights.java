package io.darkroom.training.export;

import io.darkroom.training.net.Weight;
import java.util.List;
import java.util.Random;

/** Weights of which none is at its beginning, of a size that keeps signals' size. */
final class RandomWeights {
    private RandomWeights() {}

    static float[] of(List<Weight> weights, Random random) {
        float[] values = new float[weights.stream().mapToInt(Weight::size).sum()];
        int at = 0;
        for (Weight weight : weights) {
            List<Integer> shape = weight.shape();
            boolean list = shape.size() == 1;
            double deviation = list ? 0.3 : 1 / Math.sqrt((double) weight.size() / shape.get(0));
            double centre =
                    list && weight.name().contains("norm") && weight.name().endsWith("weight") ? 1 : 0;
            for (int i = 0; i < weight.size(); i++) {
                values[at++] = (float) (centre + deviation * random.nextGaussian());
            }
        }
        return values;
    }
}
