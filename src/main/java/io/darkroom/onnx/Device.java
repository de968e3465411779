package io.darkroom.onnx;

/** Something that runs networks: the CPU, a part of its cores, or one CUDA device. */
public sealed interface Device {
    /**
     * The processor, or one of several equal parts of its cores.
     *
     * @param part from 0
     * @param parts in all; 1 for the whole
     */
    record Cpu(int part, int parts) implements Device {
        public Cpu {
            if (part < 0 || part >= parts) {
                throw new IllegalArgumentException("part " + part + " of " + parts);
            }
        }

        /** The whole. */
        public Cpu() {
            this(0, 1);
        }

        /** Threads for each network: an equal share of the cores, at least one; the first parts get what is left over. */
        int threads(int cores) {
            return Math.max(1, cores / parts + (part < cores % parts ? 1 : 0));
        }

        @Override
        public String toString() {
            return parts == 1 ? "cpu" : "cpu:" + part;
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
