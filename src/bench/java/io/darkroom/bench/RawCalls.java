package io.darkroom.bench;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.darkroom.model.ModelFolder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * The calls of ONNX Runtime that one picture of the starter takes, and nothing else: the text encoder on two texts, the
 * UNet on two rows for each step, the VAE's decoder on one latent. Sessions of its own, with the options that Darkroom
 * gives its sessions on the CPU; inputs are made once.
 */
final class RawCalls implements AutoCloseable {
    private final OrtEnvironment environment =
            OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "bench");
    private final Map<String, OnnxTensor> inputs = new HashMap<>();
    private final OrtSession text;
    private final OrtSession unet;
    private final OrtSession decoder;

    RawCalls(ModelFolder model) throws OrtException {
        int length = model.config("text_encoder").integer("max_position_embeddings");
        int width = model.config("text_encoder").integer("hidden_size");
        int channels = model.config("unet").integer("in_channels");
        int size = model.config("unet").integer("sample_size");
        text = open(model, "text_encoder");
        unet = open(model, "unet");
        decoder = open(model, "vae_decoder");
        put(text, "input_ids", 2, length);
        put(unet, "sample", 2, channels, size, size);
        put(unet, "timestep");
        put(unet, "encoder_hidden_states", 2, length, width);
        put(decoder, "latent_sample", 1, channels, size, size);
    }

    private OrtSession open(ModelFolder model, String component) throws OrtException {
        try (OrtSession.SessionOptions options = RawRows.options()) {
            return environment.createSession(model.graph(component).toString(), options);
        }
    }

    /** Noise for floats, small numbers for ids and times. */
    private void put(OrtSession session, String name, long... shape) throws OrtException {
        TensorInfo info = (TensorInfo)
                Objects.requireNonNull(session.getInputInfo().get(name)).getInfo();
        int n = Math.toIntExact(LongStream.of(shape).reduce(1, Math::multiplyExact));
        Random random = new Random(1);
        OnnxTensor tensor;
        if (info.type == OnnxJavaType.INT64) {
            tensor = OnnxTensor.createTensor(
                    environment, LongBuffer.wrap(random.longs(n, 0, 1000).toArray()), shape);
        } else if (info.type == OnnxJavaType.INT32) {
            tensor = OnnxTensor.createTensor(
                    environment, IntBuffer.wrap(random.ints(n, 0, 1000).toArray()), shape);
        } else if (info.type == OnnxJavaType.FLOAT) {
            FloatBuffer floats = FloatBuffer.allocate(n);
            while (floats.hasRemaining()) {
                floats.put((float) random.nextGaussian());
            }
            tensor = OnnxTensor.createTensor(environment, floats.flip(), shape);
        } else {
            throw new IllegalArgumentException(name + " is " + info.type);
        }
        inputs.put(name, tensor);
    }

    /** Seconds spent in the calls of one picture. */
    double picture(int steps) throws OrtException {
        double seconds = run(text, "input_ids");
        for (int i = 0; i < steps; i++) {
            seconds += run(unet, "sample", "timestep", "encoder_hidden_states");
        }
        return seconds + run(decoder, "latent_sample");
    }

    private double run(OrtSession session, String... names) throws OrtException {
        Map<String, OnnxTensor> own = new HashMap<>();
        for (String name : names) {
            own.put(name, inputs.get(name));
        }
        long start = System.nanoTime();
        OrtSession.Result result = session.run(own);
        double seconds = (System.nanoTime() - start) / 1e9;
        result.close();
        return seconds;
    }

    @Override
    public void close() throws OrtException {
        inputs.values().forEach(OnnxTensor::close);
        text.close();
        unet.close();
        decoder.close();
    }
}
