package io.darkroom.tensor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A shape with floats in C order (the last dimension varies fastest). A value: whoever makes one hands its array over,
 * and nobody writes to it afterwards.
 *
 * <p>Elements are float32. A float64 tensor exists for what is checked beyond float32's precision (orders of
 * convergence, torch's float64 draws); its elements are in {@link #doubles()}.
 */
public final class Tensor {
    private final int[] shape;
    private final float @Nullable [] data;
    private final double @Nullable [] doubles;

    private Tensor(int[] shape, float @Nullable [] data, double @Nullable [] doubles) {
        this.shape = shape;
        this.data = data;
        this.doubles = doubles;
    }

    /**
     * Wraps an array, which belongs to the tensor from now on.
     *
     * @throws IllegalArgumentException if the shape does not hold as many elements as the array
     */
    public static Tensor of(float[] data, int... shape) {
        check(data.length, shape);
        return new Tensor(shape.clone(), data, null);
    }

    /**
     * Wraps an array as a float64 tensor.
     *
     * @throws IllegalArgumentException if the shape does not hold as many elements as the array
     */
    public static Tensor of(double[] data, int... shape) {
        check(data.length, shape);
        return new Tensor(shape.clone(), null, data);
    }

    private static void check(int length, int[] shape) {
        if (elements(shape) != length) {
            throw new IllegalArgumentException(
                    "shape " + Arrays.toString(shape) + " does not hold " + length + " elements");
        }
    }

    /** A tensor of zeros. */
    public static Tensor zeros(int... shape) {
        return of(new float[elements(shape)], shape);
    }

    /** The number of elements of a shape. */
    public static int elements(int... shape) {
        int n = 1;
        for (int d : shape) {
            n = Math.multiplyExact(n, d);
        }
        return n;
    }

    /** The dimensions, outermost first. A copy. */
    public int[] shape() {
        return shape.clone();
    }

    /** The length of one dimension. */
    public int dim(int axis) {
        return shape[axis];
    }

    /** The number of dimensions. */
    public int rank() {
        return shape.length;
    }

    /** The number of elements. */
    public int size() {
        return data != null ? data.length : doubles().length;
    }

    /** Whether the elements are float64. */
    public boolean isFloat64() {
        return doubles != null;
    }

    /**
     * The elements themselves, in C order: to be read, never written.
     *
     * @throws IllegalStateException for a float64 tensor
     */
    public float[] data() {
        if (data == null) {
            throw new IllegalStateException(this + " is float64");
        }
        return data;
    }

    /**
     * The elements of a float64 tensor, in C order: to be read, never written.
     *
     * @throws IllegalStateException for a float32 tensor
     */
    public double[] doubles() {
        if (doubles == null) {
            throw new IllegalStateException(this + " is float32");
        }
        return doubles;
    }

    /** The shape itself, for the package's own loops. */
    int[] shapeView() {
        return shape;
    }

    /** The same elements under another shape. */
    public Tensor reshape(int... to) {
        return data != null ? of(data, to) : of(doubles(), to);
    }

    /** Whether both have the same dimensions. */
    public boolean sameShape(Tensor other) {
        return Arrays.equals(shape, other.shape);
    }

    @Override
    public String toString() {
        return "Tensor" + Arrays.toString(shape);
    }
}
