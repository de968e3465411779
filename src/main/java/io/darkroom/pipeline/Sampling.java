package io.darkroom.pipeline;

import io.darkroom.model.Denoiser;
import io.darkroom.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One picture under way, between two evaluations of the model. It moves on in place and belongs to one thread at a time.
 * Between any two evaluations it can be left for good: it holds no native memory.
 */
public interface Sampling {
    /** The seed whose noise it is made of. */
    long seed();

    /** The rows it wants evaluated next, one for each branch of its guidance; empty when it is done. */
    List<Denoiser.Row> rows();

    /**
     * Moves on to the next evaluation.
     *
     * @param outputs what the model gave for each of {@link #rows()}, in that order
     * @throws IllegalStateException where it is done
     */
    void advance(List<Tensor> outputs);

    /**
     * Where it is, written down. Cheap: tensors are not copied.
     *
     * @throws IllegalStateException where its noise comes from something without a position
     */
    SavedPicture save();

    /**
     * Takes up what a picture of the same plan and model had come to, in this process or another: from there on it gives
     * the same, to the last bit where the model does.
     *
     * @throws IllegalArgumentException where that does not fit; then it is as it was
     */
    void restore(SavedPicture picture);

    /** Whether the latents are ready. */
    boolean done();

    /**
     * The finished latents, [channels, height, width], scaled as the denoiser sees them.
     *
     * @throws IllegalStateException before it is done
     */
    Tensor latents();

    /** The model's last estimate of the finished latents, for previews; null before the first evaluation. */
    @Nullable
    Tensor estimate();

    /** What it is doing: {@code denoise}, or a phase of an inversion, {@code invert} and {@code reconstruct}. */
    String phase();

    /** How many evaluations are done, over all phases. */
    int step();

    /** How many evaluations there are in all. */
    int steps();

    /** What the task measured, by name; complete when done. */
    Map<String, Double> measurements();

    /**
     * The same, with what can only be measured on the decoded picture.
     *
     * @param pixels as decoded, [3, H, W] in 0..1
     */
    default Map<String, Double> measurements(Tensor pixels) {
        return measurements();
    }
}
