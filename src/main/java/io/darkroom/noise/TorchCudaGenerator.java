package io.darkroom.noise;

import io.darkroom.tensor.HalfPrecision;
import io.darkroom.tensor.Tensor;

/**
 * {@code torch.Generator("cuda").manual_seed(seed)}: Philox4x32-10 (Salmon et al. 2011), each GPU thread with a counter
 * of its own, and cuRAND's Box-Muller transform. The values depend on how many threads the GPU runs where a draw has
 * more elements than that, so the number is a parameter. A half-precision draw is the float draw, rounded.
 */
public final class TorchCudaGenerator implements TorchGenerator {
    private static final int BLOCK = 256;
    private static final int PER_THREAD = 4;

    private final long seed;
    private final DrawType type;
    private final int maxThreads;
    private long offset;

    /**
     * A fresh generator.
     *
     * @param maxThreads multiprocessors times the threads that each holds; {@link #DEFAULT_CUDA_THREADS} for 132 of
     *     2,048
     */
    public TorchCudaGenerator(long seed, DrawType type, int maxThreads) {
        this(new NoisePosition(type, seed, 0, null, maxThreads));
    }

    TorchCudaGenerator(NoisePosition position) {
        if (position.cudaThreads() < BLOCK) {
            throw new IllegalArgumentException(
                    position.cudaThreads() + " threads are fewer than one block of " + BLOCK);
        }
        this.seed = position.seed();
        this.type = position.type();
        this.maxThreads = position.cudaThreads();
        this.offset = position.drawn();
    }

    @Override
    public NoisePosition position() {
        return new NoisePosition(type, seed, offset, null, maxThreads);
    }

    @Override
    public Tensor next(int... shape) {
        return randn(type, shape);
    }

    /** As {@code torch.randn}; float64 draws use another transform in torch and are not supported. */
    @Override
    public Tensor randn(DrawType in, int... shape) {
        if (in == DrawType.FLOAT64) {
            throw new UnsupportedOperationException("float64 draws of the CUDA generator");
        }
        int n = Tensor.elements(shape);
        float[] out = new float[n];
        int threads = BLOCK * Math.min((n + BLOCK - 1) / BLOCK, maxThreads / BLOCK);
        float[] four = new float[PER_THREAD];
        long counter = offset / PER_THREAD;
        for (long begin = 0; begin < n; begin += (long) PER_THREAD * threads, counter++) {
            for (int thread = 0; thread < threads && begin + thread < n; thread++) {
                Philox.normals(seed, counter, thread, four);
                for (int j = 0; j < PER_THREAD; j++) {
                    long i = begin + thread + (long) j * threads;
                    if (i < n) {
                        out[(int) i] = rounded(in, four[j]);
                    }
                }
            }
        }
        if (n > 0) {
            offset += PER_THREAD * ((n - 1L) / ((long) PER_THREAD * threads) + 1);
        }
        return Tensor.of(out, shape);
    }

    private static float rounded(DrawType type, float value) {
        return switch (type) {
            case FLOAT32, FLOAT64 -> value;
            case FLOAT16 -> (float) HalfPrecision.float16(value);
            case BFLOAT16 -> (float) HalfPrecision.bfloat16(value);
        };
    }
}
