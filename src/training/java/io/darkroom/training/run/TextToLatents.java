package io.darkroom.training.run;

import ai.djl.ndarray.NDArray;
import io.darkroom.training.net.Network;

/** A text encoder and the denoiser that listens to it. Owns both. */
record TextToLatents(Network text, Network denoiser) implements AutoCloseable {
    /**
     * What the denoiser says.
     *
     * @param latents [batch, channels, height, width]
     * @param time [batch]
     * @param ids [batch, tokens]
     */
    NDArray predict(NDArray latents, NDArray time, NDArray ids) {
        NDArray[] encoded = text.forward(ids);
        NDArray[] inputs = new NDArray[2 + denoiserTexts()];
        inputs[0] = latents;
        inputs[1] = time;
        System.arraycopy(encoded, 0, inputs, 2, denoiserTexts());
        return denoiser.forward(inputs)[0];
    }

    /** How many of the text encoder's outputs the denoiser takes. */
    private int denoiserTexts() {
        return denoiser.definition().inputs().size() - 2;
    }

    @Override
    public void close() {
        text.close();
        denoiser.close();
    }
}
