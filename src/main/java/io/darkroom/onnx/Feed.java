package io.darkroom.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.platform.Fp16Conversions;
import io.darkroom.tensor.Tensor;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The inputs of one call, in the element types that the graph wants. Owns the native tensors until it is closed. */
final class Feed implements AutoCloseable {
    /** Native tensors of all feeds that are not closed yet. */
    private static final AtomicInteger OPEN = new AtomicInteger();

    private final Graph graph;
    private final int rows;
    private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>();

    Feed(Graph graph, int rows) {
        this.graph = graph;
        this.rows = rows;
    }

    int rows() {
        return rows;
    }

    Map<String, OnnxTensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /**
     * One tensor a row, all of one shape, stacked on a batch axis in front. Where the graph has still more axes, they come
     * before the batch and are 1 (the ControlNets that diffusers' script puts into a UNet).
     */
    void stack(String name, List<Tensor> values) {
        Tensor first = values.get(0);
        int batchAxis = Math.max(0, graph.input(name).getShape().length - first.rank() - 1);
        long[] shape = new long[batchAxis + first.rank() + 1];
        Arrays.fill(shape, 0, batchAxis, 1);
        shape[batchAxis] = values.size();
        for (int i = 0; i < first.rank(); i++) {
            shape[batchAxis + i + 1] = first.dim(i);
        }
        OnnxJavaType type = graph.input(name).type;
        InputBuffer buffer = graph.buffer(name);
        Sink sink = Sink.of(type, buffer.kept(Math.multiplyExact(values.size() * first.size(), type.size)));
        List<float[]> data = values.stream().map(Tensor::data).toList();
        for (int i = 0; i < data.size(); i++) {
            if (buffer.holds(i, data.get(i))) {
                sink.skip(data.get(i).length);
            } else {
                sink.put(data.get(i));
            }
        }
        buffer.hold(data);
        add(name, sink, shape);
    }

    /** A tensor as it is, without a batch axis. */
    void whole(String name, Tensor value) {
        long[] shape = Arrays.stream(value.shape()).asLongStream().toArray();
        OnnxJavaType type = graph.input(name).type;
        Sink sink = Sink.of(type, graph.buffer(name).cleared(value.size() * type.size));
        sink.put(value.data());
        add(name, sink, shape);
    }

    /** Ids, a row each, all of one length. */
    void ids(String name, List<List<Integer>> values) {
        int length = values.get(0).size();
        OnnxJavaType type = graph.input(name).type;
        Sink sink = Sink.of(type, graph.buffer(name).cleared(values.size() * length * type.size));
        for (List<Integer> row : values) {
            for (int id : row) {
                sink.put(id);
            }
        }
        add(name, sink, new long[] {values.size(), length});
    }

    /** Numbers: a scalar where the graph's input is one, else along one axis. */
    void numbers(String name, List<Double> values) {
        TensorInfo info = graph.input(name);
        Sink sink = Sink.of(info.type, graph.buffer(name).cleared(values.size() * info.type.size));
        for (double value : values) {
            sink.put(value);
        }
        add(name, sink, info.isScalar() ? new long[0] : new long[] {values.size()});
    }

    private void add(String name, Sink sink, long[] shape) {
        try {
            // A direct buffer in native order is taken as it is, without a copy.
            tensors.put(name, sink.tensor(Sessions.environment(), shape));
            OPEN.incrementAndGet();
        } catch (OrtException e) {
            throw new IllegalStateException("input " + name + " of " + graph.file() + " cannot be made", e);
        }
    }

    @Override
    public void close() {
        tensors.values().forEach(tensor -> {
            tensor.close();
            OPEN.decrementAndGet();
        });
        tensors.clear();
    }

    static int open() {
        return OPEN.get();
    }

    /** Writes numbers as elements of one type. */
    private sealed interface Sink {
        void put(double value);

        default void put(float[] values) {
            for (float value : values) {
                put((double) value);
            }
        }

        /** Where they are written. */
        Buffer to();

        /** Leaves so many elements as they are. */
        default void skip(int elements) {
            to().position(to().position() + elements);
        }

        /** What was written, as a tensor over the same memory. */
        OnnxTensor tensor(OrtEnvironment environment, long[] shape) throws OrtException;

        static Sink of(OnnxJavaType type, ByteBuffer to) {
            return switch (type) {
                case FLOAT -> new Floats(to.asFloatBuffer());
                case FLOAT16 -> new Halves(to.asShortBuffer());
                case INT64 -> new Longs(to.asLongBuffer());
                case INT32 -> new Ints(to.asIntBuffer());
                default -> throw new IllegalArgumentException("no inputs of type " + type);
            };
        }

        record Floats(FloatBuffer to) implements Sink {
            @Override
            public OnnxTensor tensor(OrtEnvironment environment, long[] shape) throws OrtException {
                return OnnxTensor.createTensor(environment, to.flip(), shape);
            }

            @Override
            public void put(double value) {
                to.put((float) value);
            }

            @Override
            public void put(float[] values) {
                to.put(values);
            }
        }

        record Halves(ShortBuffer to) implements Sink {
            @Override
            public OnnxTensor tensor(OrtEnvironment environment, long[] shape) throws OrtException {
                return OnnxTensor.createTensor(environment, to.flip(), shape, OnnxJavaType.FLOAT16);
            }

            @Override
            public void put(double value) {
                to.put(Fp16Conversions.floatToFp16((float) value));
            }
        }

        /**
         * A time between two whole ones is cut, as diffusers' and optimum's {@code np.array([t], dtype)} cut it: a
         * float32 there, so that rounding comes first.
         */
        record Longs(LongBuffer to) implements Sink {
            @Override
            public OnnxTensor tensor(OrtEnvironment environment, long[] shape) throws OrtException {
                return OnnxTensor.createTensor(environment, to.flip(), shape);
            }

            @Override
            public void put(double value) {
                to.put((long) (float) value);
            }
        }

        record Ints(IntBuffer to) implements Sink {
            @Override
            public OnnxTensor tensor(OrtEnvironment environment, long[] shape) throws OrtException {
                return OnnxTensor.createTensor(environment, to.flip(), shape);
            }

            @Override
            public void put(double value) {
                to.put((int) (float) value);
            }
        }
    }
}
