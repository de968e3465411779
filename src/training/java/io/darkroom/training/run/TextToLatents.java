package io.darkroom.training.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.darkroom.training.net.ClipTextEncoder;
import io.darkroom.training.net.Network;
import java.util.List;

/** A denoiser and the text encoders that it listens to, as an inference pipeline connects them. Owns them. */
record TextToLatents(List<Network> texts, Network denoiser) implements AutoCloseable {
    TextToLatents {
        texts = List.copyOf(texts);
    }

    /**
     * What the denoiser says.
     *
     * @param latents [batch, channels, height, width]
     * @param time [batch]
     * @param ids [batch, tokens]
     */
    NDArray predict(NDArray latents, NDArray time, NDArray ids) {
        if (texts.size() == 1) {
            NDArray states = texts.get(0).forward(ids)[0];
            return denoiser.forward(latents, time, states)[0];
        }
        // As Stable Diffusion 3 does: the last but one states of both encoders side by side, and so their projections.
        NDList states = new NDList();
        NDList pooled = new NDList();
        for (Network text : texts) {
            NDArray[] outputs = text.forward(ids);
            states.add(outputs[1 + ((ClipTextEncoder) text.definition()).layers()]);
            pooled.add(outputs[0]);
        }
        return denoiser.forward(latents, NDArrays.concat(states, 2), NDArrays.concat(pooled, 1), time)[0];
    }

    @Override
    public void close() {
        texts.forEach(Network::close);
        denoiser.close();
    }
}
