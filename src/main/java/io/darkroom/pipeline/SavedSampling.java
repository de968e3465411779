package io.darkroom.pipeline;

import io.darkroom.noise.NoisePosition;
import io.darkroom.noise.NoiseSource;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.SavedState;
import io.darkroom.sampling.guidance.GuidanceState;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link PhasedSampling} is written down as.
 *
 * @param step evaluations done, over all phases
 * @param stepOfPhase of these, in the present phase
 * @param ends the latents with which each finished phase ended
 * @param state the pending evaluation; null when the picture is done
 * @param guidance what the guidance remembers
 * @param noise where the generator is
 */
record SavedSampling(
        int step,
        int stepOfPhase,
        List<Tensor> ends,
        @Nullable SavedState state,
        GuidanceState guidance,
        NoisePosition noise) {
    private static final String SAMPLER = "sampler.";
    private static final String GUIDANCE = "guidance.";
    private static final String END = "end.";

    /** @throws IllegalStateException where the noise comes from something that has no position */
    static SavedSampling of(
            int step,
            int stepOfPhase,
            List<Tensor> ends,
            @Nullable Pending pending,
            GuidanceState guidance,
            NoiseSource noise) {
        if (!(noise instanceof TorchGenerator generator)) {
            throw new IllegalStateException("the position of " + noise.getClass() + " cannot be written down");
        }
        return new SavedSampling(
                step,
                stepOfPhase,
                List.copyOf(ends),
                pending == null ? null : SavedState.of(pending),
                guidance,
                generator.position());
    }

    SavedPicture written() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, Double> numbers = new LinkedHashMap<>();
        for (int i = 0; i < ends.size(); i++) {
            tensors.put(END + i, ends.get(i));
        }
        if (state != null) {
            state.tensors().forEach((name, tensor) -> tensors.put(SAMPLER + name, tensor));
            state.numbers().forEach((name, number) -> numbers.put(SAMPLER + name, number));
        }
        guidance.tensors().forEach((name, tensor) -> tensors.put(GUIDANCE + name, tensor));
        numbers.put("step", (double) step);
        numbers.put("step_of_phase", (double) stepOfPhase);
        numbers.put("phases_done", (double) ends.size());
        numbers.put("noise.drawn", (double) noise.drawn());
        numbers.put("noise.cuda_threads", (double) noise.cudaThreads());
        if (noise.cached() != null) {
            numbers.put("noise.cached", noise.cached());
        }
        return new SavedPicture(tensors, numbers);
    }

    /**
     * Reads it back.
     *
     * @param fresh where the picture's own generator is, for seed and type
     * @throws IllegalArgumentException where something is missing
     */
    static SavedSampling read(SavedPicture saved, NoisePosition fresh) {
        List<Tensor> ends = new ArrayList<>();
        for (int i = 0; i < (int) saved.number("phases_done"); i++) {
            ends.add(saved.tensor(END + i));
        }
        Map<String, Tensor> sampler = saved.tensorsBelow(SAMPLER);
        return new SavedSampling(
                (int) saved.number("step"),
                (int) saved.number("step_of_phase"),
                List.copyOf(ends),
                sampler.isEmpty() ? null : new SavedState(sampler, saved.numbersBelow(SAMPLER)),
                new GuidanceState(saved.tensorsBelow(GUIDANCE)),
                new NoisePosition(
                        fresh.type(),
                        fresh.seed(),
                        (long) saved.number("noise.drawn"),
                        saved.numbers().get("noise.cached"),
                        (int) saved.number("noise.cuda_threads")));
    }
}
