package io.darkroom.pipeline;

import io.darkroom.model.ElementType;
import io.darkroom.noise.DrawType;
import io.darkroom.noise.NoiseSource;
import io.darkroom.noise.TorchCpuGenerator;
import io.darkroom.noise.TorchCudaGenerator;

/**
 * torch's generators.
 *
 * @param cudaThreads how many threads the GPU whose noise is reproduced starts at most ({@code
 *     darkroom.noise.cuda-threads})
 */
public record TorchNoise(int cudaThreads) implements NoiseFactory {
    @Override
    public NoiseSource of(String device, long seed, ElementType type) {
        DrawType draws =
                switch (type) {
                    case FLOAT32 -> DrawType.FLOAT32;
                    case FLOAT16 -> DrawType.FLOAT16;
                };
        return device.equals("cuda")
                ? new TorchCudaGenerator(seed, draws, cudaThreads)
                : new TorchCpuGenerator(seed, draws);
    }
}
