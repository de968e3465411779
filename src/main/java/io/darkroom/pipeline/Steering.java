package io.darkroom.pipeline;

import io.darkroom.model.Control;
import io.darkroom.sampling.guidance.Branch;
import io.darkroom.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a ControlNet does over the steps of a picture, as diffusers' {@code StableDiffusionControlNetPipeline}: the same
 * control for every row of a step, at a scale that is 0 outside an interval of the steps.
 *
 * @param network which ControlNet
 * @param picture the control image, [3, H, W] in 0..1
 * @param scale {@code controlnet_conditioning_scale}
 * @param start fraction of the steps, 0 to 1
 * @param end fraction of the steps, 0 to 1
 * @param guess only the row with the prompt, by residuals that rise
 * @param rising whether they do, rather than being averaged inside the ControlNet
 */
record Steering(String network, Tensor picture, double scale, double start, double end, boolean guess, boolean rising) {
    /** A control image as ControlNets take it: {@code VaeImageProcessor} without {@code do_normalize}. */
    static Tensor picture(InputImage given, int width, int height) {
        InputImage image = Lanczos.resize(given, width, height);
        byte[] rgb = image.rgb();
        int pixels = width * height;
        float[] data = new float[3 * pixels];
        for (int i = 0; i < data.length; i++) {
            data[i] = (rgb[i % pixels * 3 + i / pixels] & 0xFF) / 255f;
        }
        return Tensor.of(data, 3, height, width);
    }

    /** Whether the ControlNet has a say at a step of so many: diffusers' {@code controlnet_keep}. */
    static boolean keeps(double start, double end, int step, int steps) {
        return !((double) step / steps < start || (double) (step + 1) / steps > end);
    }

    /** The control of one row; null where it has none. */
    @Nullable
    Control at(int step, int steps, Branch branch) {
        if (!keeps(start, end, step, steps) || (guess && branch == Branch.UNCONDITIONAL)) {
            return null;
        }
        return new Control(network, picture, scale, guess && rising);
    }
}
