package io.darkroom.training.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.darkroom.training.net.Network;
import io.darkroom.training.net.Weight;
import java.util.Map;

/**
 * Changes a network's weights by their gradient. AdamW for vectors, embeddings and the layers at both ends; Muon for the
 * matrices between, convolutions as [out, in * height * width]:
 *
 * <pre>
 * AdamW   m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2,  w -= lr (m^ / (sqrt(v^) + e) + decay w)
 * Muon    m = b m + (1 - b) g,    w -= lr (0.2 sqrt(max(rows, columns)) orthogonal(b m + (1 - b) g) + decay w)
 * </pre>
 *
 * <p>Muon's step has the size of one of AdamW (Liu et al. 2025, "Muon is scalable"), so learning rates compare.
 */
final class Optimizer {
    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.98f;
    private static final float EPSILON = 1e-8f;
    private static final float MOMENTUM = 0.95f;
    /** Of smaller matrices orthogonal steps are no gain. */
    private static final int SMALLEST_SIDE = 16;

    private final Network network;
    private final Learning learning;
    private final NDArray first;
    private final NDArray second;

    /** @param manager owns what is remembered from step to step */
    Optimizer(Network network, Learning learning, NDManager manager) {
        this.network = network;
        this.learning = learning;
        this.first = manager.zeros(network.values().getShape());
        this.second = manager.zeros(network.values().getShape());
    }

    /** What is remembered, by name, for checkpoints: laid out as the network's values are. */
    Map<String, NDArray> memory() {
        return Map.of("first", first, "second", second);
    }

    /**
     * One step.
     *
     * @param gradient of the network, already shortened
     * @param step how many there were before
     * @param scope for what is made on the way
     */
    void step(NDArray gradient, long step, NDManager scope) {
        double share = learning.share(step);
        Map<String, NDArray> values = network.parameters(scope);
        Map<String, NDArray> gradients = network.byName(gradient, scope);
        Map<String, NDArray> firsts = network.byName(first, scope);
        Map<String, NDArray> seconds = network.byName(second, scope);
        for (Weight weight : network.weights()) {
            String name = weight.name();
            NDArray w = of(values, name);
            NDArray g = of(gradients, name);
            NDArray m = of(firsts, name);
            boolean muon = learning.muon() > 0 && forMuon(weight);
            float rate = (float) (share * (muon ? learning.muon() : learning.adamw()));
            if (weight.shape().size() > 1 && learning.weightDecay() > 0) {
                w.muli(1 - rate * (float) learning.weightDecay());
            }
            if (muon) {
                m.muli(MOMENTUM).addi(g.mul(1 - MOMENTUM));
                NDArray ahead = m.mul(MOMENTUM).add(g.mul(1 - MOMENTUM));
                w.subi(Muon.update(ahead).mul(rate));
            } else {
                NDArray v = of(seconds, name);
                m.muli(BETA1).addi(g.mul(1 - BETA1));
                v.muli(BETA2).addi(g.square().muli(1 - BETA2));
                float unbiased1 = (float) (1 - Math.pow(BETA1, step + 1.0));
                float unbiased2 = (float) (1 - Math.pow(BETA2, step + 1.0));
                NDArray size = v.div(unbiased2).sqrt().addi(EPSILON);
                w.subi(m.div(size).muli(rate / unbiased1));
            }
        }
    }

    private static NDArray of(Map<String, NDArray> views, String name) {
        NDArray view = views.get(name);
        if (view == null) {
            throw new IllegalStateException("no weight " + name);
        }
        return view;
    }

    private static boolean forMuon(Weight weight) {
        String name = weight.name();
        int rows = weight.shape().get(0);
        boolean end = name.contains("embed") || name.contains("conv_in") || name.contains("conv_out")
                || name.startsWith("head") || name.startsWith("proj_out");
        return weight.shape().size() > 1
                && !end
                && Math.min(rows, weight.size() / rows) >= SMALLEST_SIDE;
    }
}
