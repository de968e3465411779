package io.darkroom.onnx;

/** Something that runs networks: the CPU, or one CUDA device. */
public sealed interface Device {
    /** The processor. */
    record Cpu() implements Device {
        @Override
        public String toString() {
            return "cpu";
        }
    }

    /**
     * A CUDA device.
     *
     * @param index as CUDA counts them, after {@code CUDA_VISIBLE_DEVICES}
     */
    record Cuda(int index) implements Device {
        @Override
        public String toString() {
            return "cuda:" + index;
        }
    }
}
