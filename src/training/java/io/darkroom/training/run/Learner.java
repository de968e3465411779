package io.darkroom.training.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.darkroom.training.net.Network;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A network that learns, its optimizer, and the moving average of its weights, which is what is shipped. */
final class Learner {
    private final String name;
    private final Network network;
    private final Learning learning;
    private final Optimizer optimizer;
    private final NDArray average;

    /** @param manager owns what is remembered from step to step */
    Learner(String name, Network network, Learning learning, NDManager manager) {
        this.name = name;
        this.network = network;
        this.learning = learning;
        this.optimizer = new Optimizer(network, learning, manager);
        // A copy of torch's own: what is created from an array lies in Java's memory.
        this.average = manager.create(network.copy()).duplicate();
    }

    /** What a checkpoint holds of it, by name. */
    Map<String, NDArray> state() {
        Map<String, NDArray> state = new LinkedHashMap<>();
        state.put(name + ".values", network.values());
        state.put(name + ".average", average);
        optimizer.memory().forEach((part, values) -> state.put(name + "." + part, values));
        return state;
    }

    /**
     * Takes one step with the gradients that were collected, for all networks of a loss together: the gradient's norm is
     * over all of them. Leaves the gradients 0.
     *
     * @return that norm, before it was shortened
     * @throws ArithmeticException where a gradient is not finite
     */
    static double step(List<Learner> learners, long step, NDManager scope) {
        double squares = 0;
        NDArray[] gradients = new NDArray[learners.size()];
        for (int i = 0; i < gradients.length; i++) {
            gradients[i] = learners.get(i).network.gradient(scope);
            squares += gradients[i].square().sum().getFloat();
        }
        double norm = Math.sqrt(squares);
        if (!Double.isFinite(norm)) {
            throw new ArithmeticException("step " + step + ": the gradient's norm is " + norm
                    + "; lower the learning rates, and go on from the last checkpoint");
        }
        for (int i = 0; i < gradients.length; i++) {
            Learner learner = learners.get(i);
            double clip = learner.learning.clip();
            if (norm > clip) {
                gradients[i].muli((float) (clip / norm));
            }
            learner.optimizer.step(gradients[i], step, scope);
            learner.follow(step, scope);
            gradients[i].muli(0);
        }
        return norm;
    }

    private void follow(long step, NDManager scope) {
        float stays = (float) Math.min(learning.ema(), (1.0 + step) / (10.0 + step));
        NDArray values = network.values().stopGradient();
        values.attach(scope);
        average.muli(stays).addi(values.mul(1 - stays));
    }
}
