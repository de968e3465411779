package io.darkroom.training.run;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A part of training with networks of its own. It owns them. */
interface Stage extends AutoCloseable {
    /** Of its files, and what its random numbers depend on. */
    String name();

    /** How it learns; its length. */
    Learning learning();

    /** All that learns in it: what a checkpoint holds. */
    List<Learner> learners();

    /**
     * One step: collects gradients and applies them.
     *
     * @param step how many there were before
     * @param random the only source of chance
     * @param scope for what is made on the way
     * @return what is to be written down, by name, always the same names
     */
    Map<String, Double> step(long step, Random random, NDManager scope);

    @Override
    void close();
}
