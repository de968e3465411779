package io.darkroom.pipeline;

import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.SchedulerException;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * Whether a schedule that can be made can also be run to its end ({@link Sampler#obstacle}).
 *
 * @param field of the request, for what is wrong
 * @param ofSteps the sampler for another number of steps
 * @param first the index at which a run over a sampler's schedule begins
 */
record RunCheck(SamplerCache samplers, String field, IntFunction<Sampler> ofSteps, ToIntFunction<Sampler> first) {
    /** Numbers of steps just below one, which are asked before it is halved. */
    private static final int NEAR = 4;

    /** Adds what stands in the sampler's way, and a number of steps for which nothing does. */
    void check(Sampler sampler, Checks checks) {
        obstacle(sampler)
                .ifPresent(why -> checks.invalid(field, sampler.steps() + " steps: " + why + accepted(sampler)));
    }

    private Optional<String> obstacle(Sampler sampler) {
        return samplers.obstacle(sampler, first.applyAsInt(sampler));
    }

    private String accepted(Sampler sampler) {
        int steps = sampler.steps();
        IntStream near = IntStream.range(1, NEAR).map(less -> steps - less);
        IntStream far = IntStream.iterate(steps / 2, n -> n > 0, n -> n / 2);
        return IntStream.concat(near, far)
                .filter(n -> n > 0 && isFree(n))
                .mapToObj(n -> "; " + n + " is accepted")
                .findFirst()
                .orElse("");
    }

    private boolean isFree(int steps) {
        try {
            return obstacle(ofSteps.apply(steps)).isEmpty();
        } catch (SchedulerException e) {
            return false;
        }
    }
}
