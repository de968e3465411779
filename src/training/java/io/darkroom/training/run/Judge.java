package io.darkroom.training.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.darkroom.image.Pixels;
import io.darkroom.training.data.Attributes;
import io.darkroom.training.data.Landscape;
import io.darkroom.training.net.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads attributes and features from pictures, with a classifier that was trained on drawings. Owns it. */
final class Judge implements AutoCloseable {
    private static final int BATCH = 32;

    private final Network classifier;
    private final NDManager root;

    /**
     * What it sees in a picture.
     *
     * @param answers as {@link Attributes#read}
     * @param features of the layer before the answers
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never written
    record Verdict(int[] answers, double[] features) {}

    Judge(Network classifier, NDManager root) {
        this.classifier = classifier;
        this.root = root;
        classifier.trainable(false);
    }

    /** Judges pictures of {@link Landscape#SIDE} pixels a side. */
    List<Verdict> judge(List<Pixels> pictures) {
        List<Verdict> verdicts = new ArrayList<>();
        for (int from = 0; from < pictures.size(); from += BATCH) {
            batch(pictures.subList(from, Math.min(pictures.size(), from + BATCH)), verdicts);
        }
        return verdicts;
    }

    private void batch(List<Pixels> pictures, List<Verdict> verdicts) {
        int each = 3 * Landscape.SIDE * Landscape.SIDE;
        float[] values = new float[pictures.size() * each];
        for (int i = 0; i < pictures.size(); i++) {
            float[] picture = pictures.get(i).toTensor().data();
            for (int k = 0; k < each; k++) {
                values[i * each + k] = 2 * picture[k] - 1;
            }
        }
        try (NDManager scope = root.newSubManager()) {
            NDArray[] outputs = classifier.forward(
                    scope.create(values, new Shape(pictures.size(), 3, Landscape.SIDE, Landscape.SIDE)));
            float[] logits = outputs[0].toFloatArray();
            float[] features = outputs[1].toFloatArray();
            int width = features.length / pictures.size();
            for (int i = 0; i < pictures.size(); i++) {
                int[] answers = Attributes.read(
                        Arrays.copyOfRange(logits, i * Attributes.logits(), (i + 1) * Attributes.logits()));
                double[] own = new double[width];
                for (int k = 0; k < width; k++) {
                    own[k] = features[i * width + k];
                }
                verdicts.add(new Verdict(answers, own));
            }
        }
    }

    @Override
    public void close() {
        classifier.close();
    }
}
