package io.darkroom.noise;

import org.jspecify.annotations.Nullable;

/**
 * Where a generator's stream is.
 *
 * @param type what {@link NoiseSource#next} draws in
 * @param seed the seed as given
 * @param drawn 32-bit numbers drawn so far (CPU), or torch's Philox offset (CUDA)
 * @param cached the CPU generator's second normal of a pair, not yet given out
 * @param cudaThreads 0 for the CPU generator; else the cap of threads of the GPU whose noise is reproduced
 */
public record NoisePosition(DrawType type, long seed, long drawn, @Nullable Double cached, int cudaThreads) {}
