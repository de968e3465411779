package io.darkroom.noise;

import io.darkroom.tensor.Tensor;

/**
 * One of torch's random generators: mutable, for one thread at a time. Its position can be saved between draws and
 * taken up again, in another process too.
 */
public sealed interface TorchGenerator extends NoiseSource permits TorchCpuGenerator, TorchCudaGenerator {
    /** {@code torch.randn} in a type of one's own choice; values of a 16-bit type come as floats that hold them. */
    Tensor randn(DrawType type, int... shape);

    /** Where the stream is: enough to go on with the same values to the last bit. */
    NoisePosition position();

    /** The threads that torch starts at most on an H100 or A100-like GPU with 132 multiprocessors. */
    int DEFAULT_CUDA_THREADS = 270_336;

    /** A generator at a saved position. */
    static TorchGenerator at(NoisePosition position) {
        return position.cudaThreads() == 0 ? new TorchCpuGenerator(position) : new TorchCudaGenerator(position);
    }
}
