package io.darkroom.training.export;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.darkroom.training.net.Definition;
import io.darkroom.training.net.Network;
import io.darkroom.training.net.Port;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whether ONNX Runtime gives what the network gives that a file was written from. */
public final class Agreement {
    /** How far an element may be from the network's. */
    public static final double CLOSE = 1e-4;

    private Agreement() {}

    /**
     * Runs both.
     *
     * @param network with the file's weights
     * @param file the ONNX file
     * @param inputs for both
     * @return the largest difference of any element of any output
     * @throws IllegalStateException where ONNX Runtime cannot run the file, or an output has another shape or is not finite
     */
    public static double largestDifference(Network network, byte[] file, NDArray... inputs) {
        Definition definition = network.definition();
        double largest = 0;
        try (NDManager scope = inputs[0].getManager().newSubManager();
                OrtSession session = OrtEnvironment.getEnvironment().createSession(file)) {
            NDArray[] here = network.forward(inScope(scope, inputs));
            Map<String, OnnxTensor> feed = feed(definition, inputs);
            try (OrtSession.Result there = session.run(feed)) {
                for (int i = 0; i < here.length; i++) {
                    String name = definition.outputs().get(i).name();
                    OnnxTensor output = (OnnxTensor) there.get(name).orElseThrow();
                    largest = Math.max(largest, difference(name, here[i], output));
                }
            } finally {
                feed.values().forEach(OnnxTensor::close);
            }
        } catch (OrtException e) {
            throw new IllegalStateException(definition + " does not run in ONNX Runtime: " + e.getMessage(), e);
        }
        return largest;
    }

    private static NDArray[] inScope(NDManager scope, NDArray... inputs) {
        List<NDArray> copies = new ArrayList<>();
        for (NDArray input : inputs) {
            NDArray copy = input.duplicate();
            copy.attach(scope);
            copies.add(copy);
        }
        return copies.toArray(NDArray[]::new);
    }

    private static Map<String, OnnxTensor> feed(Definition definition, NDArray... inputs) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        Map<String, OnnxTensor> feed = new HashMap<>();
        for (int i = 0; i < inputs.length; i++) {
            Port port = definition.inputs().get(i);
            long[] shape = inputs[i].getShape().getShape();
            feed.put(
                    port.name(),
                    port.integers()
                            ? OnnxTensor.createTensor(environment, LongBuffer.wrap(inputs[i].toLongArray()), shape)
                            : OnnxTensor.createTensor(environment, FloatBuffer.wrap(inputs[i].toFloatArray()), shape));
        }
        return feed;
    }

    private static double difference(String name, NDArray here, OnnxTensor there) {
        long[] shape = there.getInfo().getShape();
        if (!Arrays.equals(shape, here.getShape().getShape())) {
            throw new IllegalStateException("output " + name + " has shape " + Arrays.toString(shape)
                    + "; the network's is " + here.getShape());
        }
        float[] expected = here.toFloatArray();
        FloatBuffer actual = there.getFloatBuffer();
        double largest = 0;
        for (float e : expected) {
            double difference = Math.abs((double) e - actual.get());
            if (!Double.isFinite(difference)) {
                throw new IllegalStateException("output " + name + " holds what is not finite");
            }
            largest = Math.max(largest, difference);
        }
        return largest;
    }
}
