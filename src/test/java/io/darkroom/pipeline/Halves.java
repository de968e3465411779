package io.darkroom.pipeline;

import ai.onnxruntime.platform.Fp16Conversions;
import io.darkroom.tensor.Tensor;

/** Values as float16 holds them. */
final class Halves {
    private Halves() {}

    static Tensor rounded(Tensor tensor) {
        float[] out = new float[tensor.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = Fp16Conversions.fp16ToFloat(Fp16Conversions.floatToFp16(tensor.data()[i]));
        }
        return Tensor.of(out, tensor.shape());
    }
}
