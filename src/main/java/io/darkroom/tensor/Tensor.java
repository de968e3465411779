package io.darkroom.tensor;

import java.util.Arrays;

/**
 * A shape with floats in C order (the last dimension varies fastest). A value: whoever makes one hands its array over,
 * and nobody writes to it afterwards.
 */
public final class Tensor {
    private final int[] shape;
    private final float[] data;

    private Tensor(int[] shape, float[] data) {
        this.shape = shape;
        this.data = data;
    }

    /**
     * Wraps an array, which belongs to the tensor from now on.
     *
     * @throws IllegalArgumentException if the shape does not hold as many elements as the array
     */
    public static Tensor of(float[] data, int... shape) {
        if (elements(shape) != data.length) {
            throw new IllegalArgumentException(
                    "shape " + Arrays.toString(shape) + " does not hold " + data.length + " elements");
        }
        return new Tensor(shape.clone(), data);
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
        return data.length;
    }

    /** The elements themselves, in C order: to be read, never written. */
    public float[] data() {
        return data;
    }

    /** The same elements under another shape. */
    public Tensor reshape(int... to) {
        return of(data, to);
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
