package io.darkroom.onnx;

import ai.onnxruntime.TensorInfo;
import io.darkroom.model.Conditioning;
import io.darkroom.model.Control;
import io.darkroom.model.Denoiser;
import io.darkroom.model.ElementType;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A UNet that takes residuals, with the ControlNets that make them. Each ControlNet is called for the rows that it
 * controls; then all rows go to the UNet together, those without control with residuals of zeros, which change nothing.
 */
final class ControlledDenoiser implements Denoiser {
    private final OnnxDenoiser unet;
    private final Map<String, OnnxControlNet> controlNets;
    private final List<String> inputs;
    private final List<int[]> smallest;
    private final Map<String, List<Integer>> conditions;

    /**
     * Puts them together; closing it closes none of them.
     *
     * @throws ModelUnavailableException where the one gives other residuals than the other takes
     */
    ControlledDenoiser(OnnxDenoiser unet, Map<String, OnnxControlNet> controlNets) {
        this.unet = unet;
        this.controlNets = Map.copyOf(controlNets);
        this.inputs = Residuals.names(unet.conditions().keySet());
        if (inputs.isEmpty()) {
            throw unet.graph()
                    .unfitting("inputs: found " + unet.graph().inputs() + ", expected also the residuals of "
                            + controlNets.keySet() + ": " + Residuals.EXPECTED);
        }
        controlNets.values().forEach(this::expectFits);
        Map<String, List<Integer>> others = new TreeMap<>(unet.conditions());
        others.keySet().removeAll(inputs);
        this.conditions = Collections.unmodifiableMap(others);
        this.smallest = new ArrayList<>();
        for (int k = 0; k < inputs.size(); k++) {
            smallest.add(smallest(k));
        }
    }

    private void expectFits(OnnxControlNet controlNet) {
        List<TensorInfo> given = controlNet.residuals();
        boolean fits = given.size() == inputs.size();
        for (int k = 0; fits && k < inputs.size(); k++) {
            fits = fit(given.get(k).getShape(), taken(k).getShape());
        }
        if (!fits) {
            throw unet.graph()
                    .unfitting("the residuals: found inputs " + describe() + ", expected those of "
                            + controlNet.describe());
        }
        if (!unet.conditions().keySet().containsAll(controlNet.conditions())) {
            throw unet.graph()
                    .unfitting("inputs: found " + unet.conditions().keySet() + ", expected also "
                            + controlNet.conditions() + ", which the ControlNet takes: " + controlNet.describe());
        }
    }

    /** [batch, channels, height, width]: the channels have to agree, and sides where both graphs fix them. */
    private static boolean fit(long[] given, long[] taken) {
        if (given.length != 4 || taken.length != 4) {
            return false;
        }
        for (int axis = 1; axis < 4; axis++) {
            if (given[axis] > 1 && taken[axis] > 1 && given[axis] != taken[axis]) {
                return false;
            }
        }
        return given[1] == taken[1] || given[1] < 0 || taken[1] < 0;
    }

    private TensorInfo taken(int k) {
        return unet.graph().input(inputs.get(k));
    }

    private List<String> describe() {
        return inputs.stream()
                .map(name -> Graph.describe(name, unet.graph().input(name)))
                .toList();
    }

    /** The smallest residual that the graph takes: an addition stretches sides of 1. */
    private int[] smallest(int k) {
        long[] shape = taken(k).getShape();
        long channels = shape[1];
        for (OnnxControlNet controlNet : controlNets.values()) {
            channels = Math.max(channels, controlNet.residuals().get(k).getShape()[1]);
        }
        if (channels < 0) {
            throw unet.graph()
                    .unfitting(Graph.describe(inputs.get(k), taken(k)) + ": expected a fixed number of channels");
        }
        return new int[] {(int) channels, (int) Math.max(1, shape[2]), (int) Math.max(1, shape[3])};
    }

    @Override
    public List<Tensor> evaluate(List<Row> rows) {
        Map<String, List<Integer>> controlled = new LinkedHashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            Control control = rows.get(i).control();
            if (control != null && control.scale() != 0) {
                controlled
                        .computeIfAbsent(control.network(), n -> new ArrayList<>())
                        .add(i);
            }
        }
        List<@Nullable List<Tensor>> residuals = new ArrayList<>(Collections.nCopies(rows.size(), null));
        controlled.forEach((network, own) -> {
            List<List<Tensor>> given =
                    controlNet(network).evaluate(own.stream().map(rows::get).toList());
            for (int i = 0; i < own.size(); i++) {
                residuals.set(own.get(i), given.get(i));
            }
        });
        List<Row> fed = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            List<Tensor> own = residuals.get(i);
            fed.add(with(rows.get(i), own == null ? zeros(rows.get(i), rows, residuals) : own));
        }
        return unet.evaluate(fed);
    }

    private OnnxControlNet controlNet(String name) {
        OnnxControlNet found = controlNets.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no ControlNet " + name + ", there are " + controlNets.keySet());
        }
        return found;
    }

    /** Zeros as large as the residuals of another row of its size, so that both share a call; else as small as may be. */
    private List<Tensor> zeros(Row row, List<Row> rows, List<@Nullable List<Tensor>> residuals) {
        for (int i = 0; i < rows.size(); i++) {
            List<Tensor> other = residuals.get(i);
            if (other != null && rows.get(i).input().sameShape(row.input())) {
                return other.stream().map(r -> Tensor.zeros(r.shape())).toList();
            }
        }
        return smallest.stream().map(Tensor::zeros).toList();
    }

    private Row with(Row row, List<Tensor> residuals) {
        Map<String, Tensor> tensors = new HashMap<>(row.conditioning().tensors());
        for (int k = 0; k < inputs.size(); k++) {
            tensors.put(inputs.get(k), Objects.requireNonNull(residuals.get(k)));
        }
        return new Row(row.input(), row.time(), new Conditioning(tensors));
    }

    @Override
    public boolean timePerRow() {
        return unet.timePerRow();
    }

    @Override
    public Map<String, List<Integer>> conditions() {
        return conditions;
    }

    @Override
    public List<Integer> inputShape() {
        return unet.inputShape();
    }

    @Override
    public ElementType elementType() {
        return unet.elementType();
    }

    @Override
    public void shrink() {
        unet.shrink();
        controlNets.values().forEach(OnnxControlNet::shrink);
    }

    /** Nothing to do: whoever opened the graphs closes them. */
    @Override
    public void close() {}
}
