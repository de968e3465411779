package io.darkroom.engine;

import io.darkroom.tensor.Tensor;

/** Looks for NaN and infinity. */
final class Finite {
    private Finite() {}

    static boolean all(Tensor tensor) {
        // 0 * x is 0 for every finite x and NaN otherwise, so the sum tells without a branch an element.
        float sum = 0;
        for (float x : tensor.data()) {
            sum += 0 * x;
        }
        return sum == 0;
    }
}
