package io.darkroom.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.darkroom.model.CallListener;
import io.darkroom.model.ElementType;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.tensor.Tensor;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** One ONNX graph on a device. Owns its session. Called by one thread at a time. */
final class Graph implements AutoCloseable {
    private final Path file;
    private final OrtSession session;
    private final CallListener.Kind kind;
    private final CallListener listener;
    private final Map<String, TensorInfo> inputs;
    private final Map<String, TensorInfo> outputs;
    private final Map<String, InputBuffer> buffers = new HashMap<>();

    private final String arena;
    private Map<String, long[]> smallest = Map.of();
    /** On the CPU a session may use weights that it was given where they lie; other devices have their own. */
    private @Nullable FusedGraph fused;

    private Graph(Path file, OrtSession session, Device device, CallListener.Kind kind, CallListener listener)
            throws OrtException {
        this.arena = device instanceof Device.Cuda cuda ? "gpu:" + cuda.index() : "cpu:0";
        this.file = file;
        this.session = session;
        this.kind = kind;
        this.listener = listener;
        this.inputs = tensors(session.getInputInfo());
        this.outputs = tensors(session.getOutputInfo());
    }

    /** @throws ModelUnavailableException where the file cannot be opened */
    static Graph open(Path file, Device device, CallListener.Kind kind, CallListener listener) {
        OrtSession session =
                kind == CallListener.Kind.DENOISER ? Sessions.openDenoiser(file, device) : Sessions.open(file, device);
        return of(file, session, device, kind, listener);
    }

    /** With LoRAs fused into its weights. As {@link #open}. */
    static Graph open(
            GraphFile file,
            List<LoraMatch.Change> changes,
            Device device,
            CallListener.Kind kind,
            CallListener listener) {
        FusedGraph fused = FusedGraph.of(file, changes);
        try {
            Graph graph = of(file.file(), Sessions.openFused(file.file(), fused, device, kind), device, kind, listener);
            if (device instanceof Device.Cpu) {
                graph.fused = fused;
            } else {
                fused.close();
            }
            return graph;
        } catch (RuntimeException | Error e) {
            fused.close();
            throw e;
        }
    }

    private static Graph of(
            Path file, OrtSession session, Device device, CallListener.Kind kind, CallListener listener) {
        try {
            return new Graph(file, session, device, kind, listener);
        } catch (OrtException e) {
            close(session);
            throw Failures.opening(file, e);
        }
    }

    private static Map<String, TensorInfo> tensors(Map<String, NodeInfo> infos) {
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        infos.forEach((name, info) -> {
            if (info.getInfo() instanceof TensorInfo tensor) {
                tensors.put(name, tensor);
            }
        });
        return tensors;
    }

    Path file() {
        return file;
    }

    Set<String> inputs() {
        return inputs.keySet();
    }

    Set<String> outputs() {
        return outputs.keySet();
    }

    /**
     * An input, which has to be there and of one of these types.
     *
     * @throws ModelUnavailableException otherwise, saying what was found
     */
    TensorInfo input(String name, OnnxJavaType... types) {
        TensorInfo info = inputs.get(name);
        if (info == null) {
            throw unfitting("inputs: found " + describe(inputs) + ", expected one called " + name);
        }
        if (!Arrays.asList(types).contains(info.type)) {
            throw unfitting("input " + describe(name, info) + ": expected one of " + Arrays.toString(types));
        }
        return info;
    }

    /** An output of floats. As for inputs. */
    TensorInfo output(String name) {
        TensorInfo info = outputs.get(name);
        if (info == null) {
            throw unfitting("outputs: found " + describe(outputs) + ", expected one called " + name);
        }
        if (info.type != OnnxJavaType.FLOAT && info.type != OnnxJavaType.FLOAT16) {
            throw unfitting("output " + describe(name, info) + ": expected FLOAT or FLOAT16");
        }
        return info;
    }

    /** A graph that is not what it should be. */
    ModelUnavailableException unfitting(String what) {
        return new ModelUnavailableException(file + " does not fit: " + what);
    }

    /** Checks a dimension where the graph fixes it. */
    void expectDimension(String name, TensorInfo info, int axis, int expected, String source) {
        if (axis >= info.getShape().length) {
            throw unfitting(describe(name, info) + ": found " + info.getShape().length + " axes, expected at least "
                    + (axis + 1));
        }
        long found = info.getShape()[axis];
        if (found >= 0 && found != expected) {
            throw unfitting(describe(name, info) + ": found " + found + " on axis " + axis + ", expected " + expected
                    + " as " + source + " says");
        }
    }

    static String describe(String name, TensorInfo info) {
        return name + " " + info.type + Arrays.toString(info.getShape());
    }

    private static String describe(Map<String, TensorInfo> infos) {
        return infos.entrySet().stream()
                .map(e -> describe(e.getKey(), e.getValue()))
                .toList()
                .toString();
    }

    static ElementType elementType(TensorInfo info) {
        return info.type == OnnxJavaType.FLOAT16 ? ElementType.FLOAT16 : ElementType.FLOAT32;
    }

    /** Starts the inputs of one call. */
    Feed feed(int rows) {
        return new Feed(this, rows);
    }

    TensorInfo input(String name) {
        TensorInfo info = inputs.get(name);
        if (info == null) {
            throw new IllegalArgumentException(file + " has no input " + name);
        }
        return info;
    }

    /** The buffer of an input. */
    InputBuffer buffer(String name) {
        return buffers.computeIfAbsent(name, n -> new InputBuffer());
    }

    /**
     * Calls the graph.
     *
     * @return the wanted outputs by name, a tensor without the batch axis for each row
     */
    Map<String, List<Tensor>> run(Feed feed, Set<String> wanted) {
        long start = System.nanoTime();
        try (OrtSession.Result result = session.run(feed.tensors(), wanted)) {
            listener.called(kind, feed.rows(), System.nanoTime() - start);
            // One for which there was no room could not be made once more, to shrink.
            keepSmallest(feed);
            Map<String, List<Tensor>> outputs = new LinkedHashMap<>();
            for (Map.Entry<String, OnnxValue> output : result) {
                outputs.put(output.getKey(), rows((OnnxTensor) output.getValue(), feed.rows()));
            }
            return outputs;
        } catch (OrtException e) {
            throw Failures.running(file, feed.rows(), e);
        }
    }

    /** The shapes of the smallest call since the arena was last shrunk. */
    private void keepSmallest(Feed feed) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        feed.tensors()
                .forEach((name, tensor) -> shapes.put(name, tensor.getInfo().getShape()));
        if (smallest.isEmpty() || elements(shapes) < elements(smallest)) {
            smallest = shapes;
        }
    }

    private static long elements(Map<String, long[]> shapes) {
        return shapes.values().stream()
                .mapToLong(s -> LongStream.of(s).reduce(1, Math::multiplyExact))
                .sum();
    }

    /**
     * Gives back what the arena keeps beyond the smallest call since the last time: ONNX Runtime does so only at the end
     * of a call, so that call is made once more, on whatever the buffers hold.
     */
    void shrink() {
        buffers.values().forEach(InputBuffer::forget);
        if (smallest.isEmpty()) {
            return;
        }
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        try (OrtSession.RunOptions options = new OrtSession.RunOptions()) {
            options.addRunConfigEntry("memory.enable_memory_arena_shrinkage", arena);
            for (Map.Entry<String, long[]> input : smallest.entrySet()) {
                OnnxJavaType type = input(input.getKey()).type;
                int bytes = Math.toIntExact(LongStream.of(input.getValue()).reduce(type.size, Math::multiplyExact));
                tensors.put(
                        input.getKey(),
                        OnnxTensor.createTensor(
                                Sessions.environment(), buffer(input.getKey()).kept(bytes), input.getValue(), type));
            }
            session.run(tensors, outputs.keySet(), options).close();
            smallest = Map.of();
        } catch (OrtException e) {
            throw Failures.running(file, 1, e);
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    private static List<Tensor> rows(OnnxTensor batch, int rows) {
        long[] shape = batch.getInfo().getShape();
        int[] row = new int[shape.length - 1];
        for (int i = 0; i < row.length; i++) {
            row[i] = Math.toIntExact(shape[i + 1]);
        }
        // A copy already, on the heap and as float32.
        FloatBuffer buffer = batch.getFloatBuffer();
        int size = buffer.remaining() / rows;
        List<Tensor> tensors = new ArrayList<>(rows);
        for (int i = 0; i < rows; i++) {
            tensors.add(Tensor.of(next(buffer, size), row));
        }
        return tensors;
    }

    private static float[] next(FloatBuffer buffer, int size) {
        if (buffer.hasArray() && buffer.array().length == size) {
            return buffer.array();
        }
        float[] own = new float[size];
        buffer.get(own);
        return own;
    }

    @Override
    public void close() {
        close(session);
        if (fused != null) {
            fused.close();
        }
    }

    private static void close(OrtSession session) {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("a session closes without errors", e);
        }
    }
}
