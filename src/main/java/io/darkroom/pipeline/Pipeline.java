package io.darkroom.pipeline;

import io.darkroom.model.Denoiser;
import io.darkroom.tensor.Tensor;
import java.util.List;

/**
 * One loaded model, from arguments in diffusers' words to pictures. {@link #plan} may be called from any thread; the
 * others use the device and are called by the one thread that owns it.
 *
 * <p>Whoever drives it takes the rows of any number of {@link Sampling}s, evaluates them together, and hands each its
 * outputs:
 *
 * <pre>{@code
 * List<Sampling> pictures = pipeline.begin(pipeline.plan(arguments));
 * for (Sampling p : pictures) {
 *     while (!p.done()) {
 *         p.advance(pipeline.evaluate(p.rows()));
 *     }
 * }
 * List<Tensor> pixels = pipeline.decode(pictures.stream().map(Sampling::latents).toList());
 * }</pre>
 *
 * <p>Calls on the device throw {@link io.darkroom.model.DeviceException} as the networks do.
 */
public interface Pipeline extends AutoCloseable {
    /** What kind of model it is. */
    Planner.Description description();

    /**
     * As {@link Planner#plan}, and checked against the loaded graphs too. Pure.
     *
     * @throws ArgumentsException with every problem at once
     */
    Plan plan(Arguments arguments);

    /**
     * Encodes the texts of several requests together, so that {@link #begin} of each finds them; where there are many,
     * those of the last are kept. Without it each request's texts are encoded when it begins.
     */
    void prepare(List<Plan> plans);

    /** Encodes text and input image and draws the first noise: one picture under way for each that was asked for. */
    List<Sampling> begin(Plan plan);

    /**
     * The pictures of several plans, in order. What the plans have in common, texts and the input picture, is encoded
     * once.
     */
    List<List<Sampling>> begin(List<Plan> plans);

    /** Whether rows of one call may differ in time; else those that do are evaluated in calls of their own. */
    boolean timePerRow();

    /** Evaluates the denoiser: the outputs of the rows, in order, in as few calls as they allow. */
    List<Tensor> evaluate(List<Denoiser.Row> rows);

    /**
     * Decodes finished latents into pixels [3, H, W] in 0..1, as diffusers' {@code VaeImageProcessor.postprocess} before
     * it rounds. Pixels that are not a number are left so.
     */
    List<Tensor> decode(List<Tensor> latents);

    /** Pixels of a picture of this size that the decoder works on in one call: all of them, or those of a tile. */
    int decodedAtOnce(int width, int height);

    /** Gives back memory that the runtime keeps for later calls, as far as it can. For when nothing is to be done. */
    void shrink();

    /** Frees the model's memory. */
    @Override
    void close();
}
