package io.darkroom.model;

import io.darkroom.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The network in the middle: a UNet or a transformer. */
public interface Denoiser extends Network {
    /**
     * One evaluation of one picture.
     *
     * @param input the scaled sample, [channels, height, width] in latents
     * @param time the model's time
     * @param conditioning text and whatever else the family has
     * @param control what a ControlNet adds; null where none does
     */
    record Row(Tensor input, double time, Conditioning conditioning, @Nullable Control control) {
        /** Without a ControlNet. */
        public Row(Tensor input, double time, Conditioning conditioning) {
            this(input, time, conditioning, null);
        }
    }

    /** Whether rows of one call may differ in time. */
    boolean timePerRow();

    /**
     * The inputs of the graph besides sample and time, and besides what a ControlNet feeds, by name, with their dimensions after the batch axis; -1 for one
     * that may be of any length.
     */
    Map<String, List<Integer>> conditions();

    /** The dimensions of a row's input, [channels, height, width]; -1 for one that may be of any length. */
    List<Integer> inputShape();

    /**
     * Evaluates rows, in as few calls of the device as they allow: rows share a call where all dimensions agree, and the
     * time too unless {@link #timePerRow()}.
     *
     * @return the outputs, in the order of the rows
     */
    List<Tensor> evaluate(List<Row> rows);
}
