package io.darkroom.bench;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.darkroom.model.Denoiser;
import io.darkroom.model.ModelFolder;
import io.darkroom.tensor.Tensor;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * A model's denoiser through ONNX Runtime alone, as its file stands, with the options that Darkroom gives its sessions on
 * the CPU: how many rows a second it does at any number of rows a call. Inputs are made once.
 */
final class RawRows implements AutoCloseable {
    private static final int[] ROWS = {1, 2, 4, 8, 16, 32, 64};
    private static final int LEAST_CALLS = 3;
    private static final long A_WHILE_NANOS = 500_000_000;
    private static final String TIME = "timestep";

    private final OrtEnvironment environment =
            OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "bench");
    private final OrtSession session;

    RawRows(ModelFolder model) throws OrtException {
        this(model.graph(model.has("unet") ? "unet" : "transformer"));
    }

    /** @param graph a denoiser's file */
    RawRows(Path graph) throws OrtException {
        try (OrtSession.SessionOptions options = options()) {
            session = environment.createSession(graph.toString(), options);
        }
    }

    /** Those that Darkroom gives its sessions on the CPU. */
    static OrtSession.SessionOptions options() throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
        options.addConfigEntry("session.force_spinning_stop", "1");
        return options;
    }

    /** So many rows of a shape, made once. */
    record Inputs(Denoiser.Row like, int rows, Map<String, OnnxTensor> tensors) implements AutoCloseable {
        @Override
        public void close() {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    /**
     * The most rows a second, over all numbers of rows; of each the median of some calls.
     *
     * @param like a row of the shape in question
     */
    double best(Denoiser.Row like) throws OrtException {
        return Collections.max(rates(like).values());
    }

    /** The numbers of rows with which most rows a second are done, the best first. */
    List<Integer> bestNumbers(Denoiser.Row like, int count) throws OrtException {
        return rates(like).entrySet().stream()
                .sorted(Map.Entry.<Integer, Double>comparingByValue().reversed())
                .limit(count)
                .map(Map.Entry::getKey)
                .toList();
    }

    private Map<Integer, Double> rates(Denoiser.Row like) throws OrtException {
        Map<Integer, Double> rates = new TreeMap<>();
        for (int rows : ROWS) {
            try (Inputs inputs = inputs(like, rows)) {
                seconds(inputs);
                rates.put(rows, rows / median(inputs));
            }
        }
        return rates;
    }

    /** Seconds of one call. */
    double seconds(Inputs inputs) throws OrtException {
        long start = System.nanoTime();
        session.run(inputs.tensors()).close();
        return (System.nanoTime() - start) / 1e9;
    }

    /** Seconds: of as many calls as make a while, since after a pause a core is faster than it can be for long. */
    private double median(Inputs inputs) throws OrtException {
        List<Double> seconds = new ArrayList<>();
        long begin = System.nanoTime();
        while (seconds.size() < LEAST_CALLS || System.nanoTime() - begin < A_WHILE_NANOS) {
            seconds.add(seconds(inputs));
        }
        Collections.sort(seconds);
        return seconds.get(seconds.size() / 2);
    }

    Inputs inputs(Denoiser.Row like, int rows) throws OrtException {
        Map<String, OnnxTensor> inputs = new HashMap<>();
        for (String name : session.getInputNames()) {
            TensorInfo info = (TensorInfo)
                    Objects.requireNonNull(session.getInputInfo().get(name)).getInfo();
            if (name.equals(TIME)) {
                inputs.put(name, times(info, rows));
            } else {
                Tensor condition = like.conditioning().tensors().get(name);
                inputs.put(name, noise(rows, condition == null ? like.input() : condition));
            }
        }
        return new Inputs(like, rows, inputs);
    }

    private OnnxTensor times(TensorInfo info, int rows) throws OrtException {
        long[] shape = info.getShape().length == 0 ? new long[0] : new long[] {rows};
        int n = shape.length == 0 ? 1 : rows;
        if (info.type == OnnxJavaType.INT64) {
            return OnnxTensor.createTensor(
                    environment,
                    LongBuffer.wrap(LongStream.generate(() -> 500).limit(n).toArray()),
                    shape);
        }
        float[] times = new float[n];
        Arrays.fill(times, 500);
        return OnnxTensor.createTensor(environment, FloatBuffer.wrap(times), shape);
    }

    private OnnxTensor noise(int rows, Tensor like) throws OrtException {
        Random random = new Random(1);
        FloatBuffer floats = FloatBuffer.allocate(rows * like.size());
        while (floats.hasRemaining()) {
            floats.put((float) random.nextGaussian());
        }
        long[] shape = LongStream.concat(
                        LongStream.of(rows), Arrays.stream(like.shape()).asLongStream())
                .toArray();
        return OnnxTensor.createTensor(environment, floats.flip(), shape);
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
