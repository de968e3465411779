package io.darkroom.noise;

import io.darkroom.tensor.HalfPrecision;
import io.darkroom.tensor.Tensor;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code torch.Generator("cpu").manual_seed(seed)}: MT19937 with the seed's low 32 bits, and normals by Box and Muller's
 * transform (1958), in two ways: below 16 elements one by one in double, from 16 on in blocks of 16 in the tensor's own
 * type. StrictMath, so that every JVM gives the same.
 */
public final class TorchCpuGenerator implements TorchGenerator {
    private static final int BLOCK = 16;

    private final long seed;
    private final DrawType type;
    private final MersenneTwister bits;
    private @Nullable Double cached;

    /** A fresh generator whose {@link #next} draws in a type. */
    public TorchCpuGenerator(long seed, DrawType type) {
        this(new NoisePosition(type, seed, 0, null, 0));
    }

    /** A fresh generator that draws float32. */
    public TorchCpuGenerator(long seed) {
        this(seed, DrawType.FLOAT32);
    }

    TorchCpuGenerator(NoisePosition position) {
        this.seed = position.seed();
        this.type = position.type();
        this.bits = new MersenneTwister((int) seed);
        this.bits.skip(position.drawn());
        this.cached = position.cached();
    }

    @Override
    public NoisePosition position() {
        return new NoisePosition(type, seed, bits.drawn(), cached, 0);
    }

    @Override
    public Tensor next(int... shape) {
        return randn(type, shape);
    }

    @Override
    public Tensor randn(DrawType in, int... shape) {
        double[] values = new double[Tensor.elements(shape)];
        if (values.length < BLOCK) {
            for (int i = 0; i < values.length; i++) {
                values[i] = single();
            }
        } else {
            switch (in) {
                case FLOAT32 -> blocks(values, () -> (bits.next() & 0xFFFFFF) * 0x1p-24, x -> (float) x);
                case FLOAT16 -> blocks(values, () -> (bits.next() & 0x7FF) * 0x1p-11, HalfPrecision::float16);
                case BFLOAT16 -> blocks(values, () -> (bits.next() & 0xFF) * 0x1p-8, HalfPrecision::bfloat16);
                case FLOAT64 -> blocks(values, this::uniform53, x -> x);
            }
        }
        return switch (in) {
            case FLOAT32 -> floats(values, x -> x, shape);
            case FLOAT16 -> floats(values, HalfPrecision::float16, shape);
            case BFLOAT16 -> floats(values, HalfPrecision::bfloat16, shape);
            case FLOAT64 -> Tensor.of(values, shape);
        };
    }

    /** {@code torch.rand} in float32: uniform in [0, 1). */
    public Tensor rand(int... shape) {
        float[] out = new float[Tensor.elements(shape)];
        for (int i = 0; i < out.length; i++) {
            out[i] = (bits.next() & 0xFFFFFF) * 0x1p-24f;
        }
        return Tensor.of(out, shape);
    }

    private static Tensor floats(double[] values, DoubleUnaryOperator rounding, int[] shape) {
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) rounding.applyAsDouble(values[i]);
        }
        return Tensor.of(out, shape);
    }

    private double uniform53() {
        long high = bits.next() & 0xFFFFFFFFL;
        long low = bits.next() & 0xFFFFFFFFL;
        return (((high << 32) | low) & ((1L << 53) - 1)) * 0x1p-53;
    }

    /** A normal in double; each pair's second is kept for the next call. */
    private double single() {
        if (cached != null) {
            double value = cached;
            cached = null;
            return value;
        }
        double u1 = uniform53();
        double u2 = uniform53();
        double r = Math.sqrt(-2 * StrictMath.log1p(-u2));
        double theta = 2 * Math.PI * u1;
        cached = r * StrictMath.sin(theta);
        return r * StrictMath.cos(theta);
    }

    private interface Uniform {
        double next();
    }

    /** Uniforms everywhere, then blocks of 16 transformed; a remainder is drawn again over the last 16. */
    private static void blocks(double[] d, Uniform uniform, DoubleUnaryOperator round) {
        for (int i = 0; i < d.length; i++) {
            d[i] = uniform.next();
        }
        for (int from = 0; from + BLOCK <= d.length; from += BLOCK) {
            transform(d, from, round);
        }
        if (d.length % BLOCK != 0) {
            int from = d.length - BLOCK;
            for (int i = from; i < d.length; i++) {
                d[i] = uniform.next();
            }
            transform(d, from, round);
        }
    }

    /** Box and Muller: the first eight are u1, the last eight u2. Each operation is rounded to the type. */
    private static void transform(double[] d, int from, DoubleUnaryOperator round) {
        for (int j = from; j < from + BLOCK / 2; j++) {
            double u1 = round.applyAsDouble(1 - d[j]);
            double log = round.applyAsDouble(StrictMath.log(u1));
            double r = round.applyAsDouble(Math.sqrt(round.applyAsDouble(-2 * log)));
            double theta = round.applyAsDouble(2 * Math.PI * d[j + BLOCK / 2]);
            d[j] = round.applyAsDouble(r * round.applyAsDouble(StrictMath.cos(theta)));
            d[j + BLOCK / 2] = round.applyAsDouble(r * round.applyAsDouble(StrictMath.sin(theta)));
        }
    }
}
