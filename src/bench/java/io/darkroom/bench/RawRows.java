package io.darkroom.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.darkroom.model.ModelFolder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * The starter's UNet through ONNX Runtime alone, as its file stands, with the options that Darkroom gives its sessions on
 * the CPU: how many rows a second it does at any number of rows a call. Inputs are made once.
 */
final class RawRows implements AutoCloseable {
    private static final int[] ROWS = {1, 2, 4, 6, 8, 12, 16, 24, 32};
    private static final int CALLS = 5;

    private final OrtEnvironment environment =
            OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "bench");
    private final OrtSession unet;
    private final int length;
    private final int width;
    private final int channels;

    RawRows(ModelFolder model) throws OrtException {
        length = model.config("text_encoder").integer("max_position_embeddings");
        width = model.config("text_encoder").integer("hidden_size");
        channels = model.config("unet").integer("in_channels");
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
            unet = environment.createSession(model.graph("unet").toString(), options);
        }
    }

    /** The most rows a second, over all numbers of rows; of each the best of some calls. */
    double best(int side) throws OrtException {
        double best = 0;
        for (int rows : ROWS) {
            Map<String, OnnxTensor> inputs = new HashMap<>();
            inputs.put("sample", noise(rows, channels, side, side));
            inputs.put("timestep", noise());
            inputs.put("encoder_hidden_states", noise(rows, length, width));
            try {
                unet.run(inputs).close();
                for (int call = 0; call < CALLS; call++) {
                    long start = System.nanoTime();
                    unet.run(inputs).close();
                    best = Math.max(best, rows / ((System.nanoTime() - start) / 1e9));
                }
            } finally {
                inputs.values().forEach(OnnxTensor::close);
            }
        }
        return best;
    }

    private OnnxTensor noise(long... shape) throws OrtException {
        int n = 1;
        for (long d : shape) {
            n *= (int) d;
        }
        Random random = new Random(1);
        FloatBuffer floats = FloatBuffer.allocate(n);
        while (floats.hasRemaining()) {
            floats.put((float) random.nextGaussian());
        }
        return OnnxTensor.createTensor(environment, floats.flip(), shape);
    }

    @Override
    public void close() throws OrtException {
        unet.close();
    }
}
