package io.darkroom.pipeline;

import io.darkroom.model.Conditioning;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.Start;
import io.darkroom.sampling.guidance.Branch;
import io.darkroom.sampling.guidance.Guidance;
import io.darkroom.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One reverse (or, for an inversion, forward) process of a picture.
 *
 * @param name as in progress events
 * @param sampler the solver over its schedule
 * @param firstIndex the index into the sampler's timesteps at which it begins
 * @param guidance which rows it wants
 * @param conditioning what each branch is conditioned on
 * @param wiring how the denoiser takes the sample
 * @param start where it begins, given the latents with which the earlier phases ended
 * @param after what is done to the sample after each evaluation
 * @param steering what a ControlNet does in it; null where none does
 */
record Phase(
        String name,
        Sampler sampler,
        int firstIndex,
        Guidance guidance,
        Map<Branch, Conditioning> conditioning,
        Wiring wiring,
        Function<List<Tensor>, Start> start,
        UnaryOperator<Progress> after,
        @Nullable Steering steering) {

    /** Without a ControlNet. */
    Phase(
            String name,
            Sampler sampler,
            int firstIndex,
            Guidance guidance,
            Map<Branch, Conditioning> conditioning,
            Wiring wiring,
            Function<List<Tensor>, Start> start,
            UnaryOperator<Progress> after) {
        this(name, sampler, firstIndex, guidance, conditioning, wiring, start, after, null);
    }

    int evaluations() {
        return sampler.evaluations() - firstIndex;
    }
}
