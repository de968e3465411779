package io.darkroom.training.net;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The operations on DJL, in float32: at once, and recorded for the gradient where one is collected. */
final class DjlOps implements Ops<NDArray> {
    private final NDManager scope;
    private final Map<String, NDArray> weights;

    /**
     * Makes them.
     *
     * @param scope owns what is made on the way
     * @param weights by name
     */
    DjlOps(NDManager scope, Map<String, NDArray> weights) {
        this.scope = scope;
        this.weights = weights;
    }

    @Override
    public NDArray weight(String name, Init init, int... shape) {
        NDArray weight = weights.get(name);
        if (weight == null) {
            throw new IllegalStateException("weight " + name + " was not declared");
        }
        return weight;
    }

    @Override
    public NDArray constant(float[] values, int... shape) {
        return scope.create(values, shape(shape));
    }

    @Override
    public NDArray times(NDArray time) {
        return time.reshape(-1);
    }

    @Override
    public NDArray conv(NDArray x, NDArray weight, @Nullable NDArray bias, int stride, int padding) {
        return x.getNDArrayInternal()
                .convolution(
                        x, weight, bias, new Shape(stride, stride), new Shape(padding, padding), new Shape(1, 1), 1)
                .get(0);
    }

    /**
     * Large products as convolutions of one picture whose pixels are the rows: torch's library for convolutions is faster
     * on CPUs (297 against 190 GFLOP/s at 6656 x 192 x 768 on two cores) than its matrix products.
     */
    @Override
    public NDArray linear(NDArray x, NDArray weight, @Nullable NDArray bias) {
        long in = weight.getShape().get(1);
        long rows = x.size() / in;
        if (rows < 256) {
            return x.getNDArrayInternal().linear(x, weight, bias).get(0);
        }
        long out = weight.getShape().get(0);
        NDArray pixels = x.reshape(1, rows, 1, in).transpose(0, 3, 1, 2);
        long[] shape = x.getShape().getShape().clone();
        shape[shape.length - 1] = out;
        return conv(pixels, weight.reshape(out, in, 1, 1), bias, 1, 0)
                .transpose(0, 2, 3, 1)
                .reshape(shape);
    }

    @Override
    public NDArray embedding(NDArray ids, NDArray table) {
        return table.getNDArrayInternal()
                .embedding(ids, table, SparseFormat.DENSE)
                .get(0);
    }

    @Override
    public NDArray first(NDArray x, NDArray ids, int id) {
        NDArray found = ids.eq(id).toType(DataType.FLOAT32, false);
        NDArray first = found.mul(found.cumSum(1).eq(1).toType(DataType.FLOAT32, false));
        return first.expandDims(1).matMul(x).squeeze(1);
    }

    @Override
    public NDArray groupNorm(NDArray x, int groups, NDArray scale, NDArray shift, float epsilon) {
        Shape shape = x.getShape();
        long channels = shape.get(1);
        long each = x.size() / shape.get(0) / groups;
        NDArray normal = norm(x.reshape(shape.get(0), groups, each), each, null, null, epsilon);
        return normal.reshape(shape).mul(scale.reshape(1, channels, 1, 1)).add(shift.reshape(1, channels, 1, 1));
    }

    @Override
    public NDArray layerNorm(NDArray x, int width, @Nullable NDArray scale, @Nullable NDArray shift, float epsilon) {
        return norm(x, width, scale, shift, epsilon);
    }

    private NDArray norm(NDArray x, long width, @Nullable NDArray scale, @Nullable NDArray shift, float epsilon) {
        NDArray ones = scale == null ? scope.ones(new Shape(width)) : scale;
        NDArray zeros = shift == null ? scope.zeros(new Shape(width)) : shift;
        return x.getNDArrayInternal()
                .layerNorm(x, new Shape(width), ones, zeros, epsilon)
                .get(0);
    }

    @Override
    public NDArray add(NDArray a, NDArray b) {
        return a.add(b);
    }

    @Override
    public NDArray mul(NDArray a, NDArray b) {
        return a.mul(b);
    }

    @Override
    public NDArray scale(NDArray x, float by) {
        return Scalars.times(x, by);
    }

    @Override
    public NDArray shift(NDArray x, float by) {
        return x.add(by);
    }

    @Override
    public NDArray sigmoid(NDArray x) {
        return x.getNDArrayInternal().sigmoid();
    }

    @Override
    public NDArray gelu(NDArray x) {
        return x.getNDArrayInternal().gelu();
    }

    @Override
    public NDArray leakyRelu(NDArray x, float slope) {
        return x.getNDArrayInternal().leakyRelu(slope);
    }

    @Override
    public NDArray sin(NDArray x) {
        return x.sin();
    }

    @Override
    public NDArray cos(NDArray x) {
        return x.cos();
    }

    @Override
    public NDArray softmax(NDArray x) {
        return x.softmax(-1);
    }

    @Override
    public NDArray matmul(NDArray a, NDArray b) {
        return a.matMul(b);
    }

    @Override
    public NDArray reshape(NDArray x, int... shape) {
        long[] dims = new long[shape.length];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = shape[i] == 0 ? x.getShape().get(i) : shape[i];
        }
        return x.reshape(dims);
    }

    @Override
    public NDArray transpose(NDArray x, int... order) {
        return x.transpose(order);
    }

    @Override
    public NDArray concat(List<NDArray> parts, int axis) {
        return NDArrays.concat(new NDList(parts), axis);
    }

    @Override
    public List<NDArray> chunk(NDArray x, int parts, int axis) {
        return x.split(parts, axis);
    }

    @Override
    public NDArray slice(NDArray x, int axis, int from, int to) {
        int at = Math.floorMod(axis, x.getShape().dimension());
        long end = Math.min(to, x.getShape().get(at));
        if (from == 0) {
            return end == x.getShape().get(at)
                    ? x
                    : x.split(new long[] {end}, at).get(0);
        }
        return x.split(end == x.getShape().get(at) ? new long[] {from} : new long[] {from, end}, at)
                .get(1);
    }

    @Override
    public NDArray mean(NDArray x, int axis) {
        return x.mean(new int[] {axis}, true);
    }

    @Override
    public NDArray upsample(NDArray x) {
        Shape s = x.getShape();
        return x.reshape(s.get(0), s.get(1), s.get(2), 1, s.get(3), 1)
                .broadcast(s.get(0), s.get(1), s.get(2), 2, s.get(3), 2)
                .reshape(s.get(0), s.get(1), 2 * s.get(2), 2 * s.get(3));
    }

    @Override
    public NDArray padEnd(NDArray x) {
        return x.pad(new Shape(0, 1, 0, 1), 0);
    }

    @Override
    public NDArray pixelShuffle(NDArray x, int block) {
        Shape s = x.getShape();
        long channels = s.get(1) / block / block;
        return x.reshape(s.get(0), block, block, channels, s.get(2), s.get(3))
                .transpose(0, 3, 4, 1, 5, 2)
                .reshape(s.get(0), channels, s.get(2) * block, s.get(3) * block);
    }

    @Override
    public NDArray grid(NDArray tokens, NDArray like) {
        Shape s = like.getShape();
        return tokens.transpose(0, 2, 1).reshape(s.get(0), tokens.getShape().get(2), s.get(2), s.get(3));
    }

    @Override
    public NDArray centre(NDArray square, int side, NDArray like) {
        int height = (int) like.getShape().get(2);
        int width = (int) like.getShape().get(3);
        int top = (side - height) / 2;
        int left = (side - width) / 2;
        return slice(slice(square, 2, top, top + height), 3, left, left + width);
    }

    private static Shape shape(int... dims) {
        long[] shape = new long[dims.length];
        for (int i = 0; i < dims.length; i++) {
            shape[i] = dims[i];
        }
        return new Shape(shape);
    }
}
