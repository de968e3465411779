package io.darkroom.onnx;

import ai.onnxruntime.TensorInfo;
import io.darkroom.model.Conditioning;
import io.darkroom.model.Config;
import io.darkroom.model.Control;
import io.darkroom.model.Denoiser;
import io.darkroom.model.ElementType;
import io.darkroom.model.Network;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * An exported {@code ControlNetModel}: takes what the UNet takes and a control image, and gives the residuals that the
 * UNet adds to its skip connections. The graph is asked for them at scale 1: multiplying them here gives the same numbers
 * as in the graph, lets rows of other scales share a call, and leaves room for guess mode, which no export has.
 */
final class OnnxControlNet implements Network {
    private static final String PICTURE = "controlnet_cond";
    private static final String SCALE = "conditioning_scale";

    private final OnnxDenoiser network;
    private final List<String> outputs;

    OnnxControlNet(Graph graph, Config config) {
        this.network = new OnnxDenoiser(graph, config);
        this.outputs = Residuals.names(graph.outputs());
        if (outputs.isEmpty()) {
            throw graph.unfitting("outputs: found " + graph.outputs() + ", expected " + Residuals.EXPECTED);
        }
        outputs.forEach(graph::output);
        if (!graph.inputs().contains(PICTURE)) {
            throw graph.unfitting("inputs: found " + graph.inputs() + ", expected one called " + PICTURE);
        }
    }

    /** The outputs, the first block's first, the middle's last. */
    List<TensorInfo> residuals() {
        return outputs.stream().map(network.graph()::output).toList();
    }

    String describe() {
        List<String> all = new ArrayList<>();
        for (String name : outputs) {
            all.add(Graph.describe(name, network.graph().output(name)));
        }
        return network.graph().file() + " " + all;
    }

    /** The denoiser's inputs that it takes too. */
    Set<String> conditions() {
        Set<String> shared = new LinkedHashSet<>(network.conditions().keySet());
        shared.removeAll(Set.of(PICTURE, SCALE));
        return shared;
    }

    /** The residuals of each row, which all have a control of this network, already scaled. */
    List<List<Tensor>> evaluate(List<Denoiser.Row> rows) {
        List<Denoiser.Row> own = rows.stream().map(this::row).toList();
        List<Map<String, Tensor>> given = network.evaluate(own, Set.copyOf(outputs));
        List<List<Tensor>> residuals = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            residuals.add(
                    scaled(given.get(i), Objects.requireNonNull(rows.get(i).control())));
        }
        return residuals;
    }

    private Denoiser.Row row(Denoiser.Row row) {
        Map<String, Tensor> tensors = new HashMap<>();
        conditions().forEach(name -> tensors.put(name, row.conditioning().tensor(name)));
        tensors.put(PICTURE, Objects.requireNonNull(row.control()).picture());
        if (network.conditions().containsKey(SCALE)) {
            int axes = network.graph().input(SCALE).getShape().length;
            tensors.put(SCALE, Tensor.of(new float[] {1}, axes == 0 ? new int[0] : new int[] {1}));
        }
        return new Denoiser.Row(sample(row.input()), row.time(), new Conditioning(tensors));
    }

    /** A UNet that inpaints sees a mask behind the sample; its ControlNet sees the sample alone. */
    private Tensor sample(Tensor input) {
        int channels = network.inputShape().get(0);
        if (channels < 0 || channels >= input.dim(0)) {
            return input;
        }
        int[] shape = input.shape();
        shape[0] = channels;
        return Tensor.of(Arrays.copyOf(input.data(), Tensor.elements(shape)), shape);
    }

    private List<Tensor> scaled(Map<String, Tensor> given, Control control) {
        List<Tensor> scaled = new ArrayList<>();
        for (int k = 0; k < outputs.size(); k++) {
            float scale = (float) control.scale();
            if (control.rising()) {
                // torch.logspace(-1, 0, n)
                scale *= (float) StrictMath.pow(10, -1 + (double) k / (outputs.size() - 1));
            }
            Tensor residual = Objects.requireNonNull(given.get(outputs.get(k)));
            scaled.add(scale == 1 ? residual : times(residual, scale));
        }
        return scaled;
    }

    private static Tensor times(Tensor tensor, float factor) {
        float[] in = tensor.data();
        float[] out = new float[in.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = in[i] * factor;
        }
        return Tensor.of(out, tensor.shape());
    }

    @Override
    public ElementType elementType() {
        return network.elementType();
    }

    @Override
    public void shrink() {
        network.shrink();
    }

    @Override
    public void close() {
        network.close();
    }
}
