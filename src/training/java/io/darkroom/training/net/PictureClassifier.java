package io.darkroom.training.net;

import java.util.ArrayList;
import java.util.List;

/**
 * A small network that reads attributes from a picture: convolutions of stride 2, group norm and SiLU, then the mean over
 * the places. Trained on drawings, its features serve as a perceptual distance and for Frechet distances.
 *
 * @param widths channels of each level; each halves the size
 * @param classes how many logits: those of all attributes, one after the other
 */
public record PictureClassifier(List<Integer> widths, int classes) implements Definition {
    private static final int GROUPS = 8;

    /** Of 128 x 128 pixels down to 8 x 8. */
    public static PictureClassifier ofClasses(int classes) {
        return new PictureClassifier(List.of(16, 32, 64, 96), classes);
    }

    /** Makes one. */
    public PictureClassifier {
        widths = List.copyOf(widths);
    }

    @Override
    public List<Port> inputs() {
        return List.of(Port.floats("sample", "batch", "3", "height", "width"));
    }

    /** The logits, the features [batch, width] that they are read from, and each level's activations. */
    @Override
    public List<Port> outputs() {
        List<Port> ports = new ArrayList<>();
        ports.add(Port.floats("logits", "batch", String.valueOf(classes)));
        ports.add(Port.floats("features", "batch", String.valueOf(widths.get(widths.size() - 1))));
        for (int i = 0; i < widths.size(); i++) {
            ports.add(Port.floats("level." + i, "batch", String.valueOf(widths.get(i)), "height_" + i, "width_" + i));
        }
        return ports;
    }

    @Override
    public <T> List<T> forward(Layers<T> layers, List<T> inputs) {
        Ops<T> ops = layers.ops();
        List<T> levels = new ArrayList<>();
        T x = inputs.get(0);
        int in = 3;
        for (int i = 0; i < widths.size(); i++) {
            int out = widths.get(i);
            x = layers.conv("levels." + i + ".down", x, in, out, 3, 2);
            x = ops.silu(layers.groupNorm("levels." + i + ".norm1", x, out, GROUPS, 1e-5f));
            T more = layers.conv("levels." + i + ".conv", x, out, out, 3, 1);
            x = ops.add(x, ops.silu(layers.groupNorm("levels." + i + ".norm2", more, out, GROUPS, 1e-5f)));
            levels.add(x);
            in = out;
        }
        T features = ops.reshape(ops.mean(ops.reshape(x, 0, in, -1), 2), 0, in);
        List<T> outputs = new ArrayList<>();
        outputs.add(layers.linear("head", features, in, classes));
        outputs.add(features);
        outputs.addAll(levels);
        return outputs;
    }
}
