package io.darkroom.onnx;

import io.darkroom.model.Conditioning;
import io.darkroom.model.Control;
import io.darkroom.model.Denoiser;
import io.darkroom.model.ElementType;
import io.darkroom.tensor.Tensor;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A UNet with a ControlNet inside its graph, as diffusers' {@code convert_stable_diffusion_controlnet_to_onnx.py} writes
 * it: two inputs more, {@code controlnet_conds} [1, batch, 3, H, W] and {@code conditioning_scales} [1, 1]. The scale is
 * one for all rows of a call, so rows of other scales have calls of their own; rows without control have scale 0.
 */
final class FusedControlDenoiser implements Denoiser {
    private static final String PICTURES = "controlnet_conds";
    private static final String SCALES = "conditioning_scales";
    private static final Set<String> INPUTS = Set.of(PICTURES, SCALES);

    private final OnnxDenoiser unet;
    private final Map<String, List<Integer>> conditions;
    private final int pixels;

    /** @param pixels to a latent, along each side */
    FusedControlDenoiser(OnnxDenoiser unet, int pixels) {
        this.unet = unet;
        this.pixels = pixels;
        long[] pictures = unet.graph().input(PICTURES).getShape();
        long[] scales = unet.graph().input(SCALES).getShape();
        if (pictures.length != 5 || pictures[0] > 1 || scales.length != 2 || scales[0] > 1) {
            throw unet.graph()
                    .unfitting(Graph.describe(PICTURES, unet.graph().input(PICTURES)) + " and "
                            + Graph.describe(SCALES, unet.graph().input(SCALES))
                            + ": expected [1, batch, 3, height, width] and [1, 1], for one ControlNet in the graph");
        }
        Map<String, List<Integer>> others = new TreeMap<>(unet.conditions());
        others.keySet().removeAll(INPUTS);
        this.conditions = Collections.unmodifiableMap(others);
    }

    /** Whether a graph is of this form. */
    static boolean isOne(OnnxDenoiser unet) {
        return unet.conditions().keySet().containsAll(INPUTS);
    }

    @Override
    public List<Tensor> evaluate(List<Row> rows) {
        return unet.evaluate(rows.stream().map(this::fed).toList());
    }

    private Row fed(Row row) {
        Map<String, Tensor> tensors = new HashMap<>(row.conditioning().tensors());
        Control control = row.control();
        if (control != null && control.rising()) {
            throw new IllegalArgumentException("a ControlNet inside the UNet's graph has one scale for all residuals");
        }
        tensors.put(
                PICTURES,
                control == null
                        ? Tensor.zeros(
                                3,
                                pixels * row.input().dim(1),
                                pixels * row.input().dim(2))
                        : control.picture());
        tensors.put(SCALES, Tensor.of(new float[] {control == null ? 0 : (float) control.scale()}, 1, 1));
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
    }

    /** Nothing to do: whoever opened the graph closes it. */
    @Override
    public void close() {}
}
