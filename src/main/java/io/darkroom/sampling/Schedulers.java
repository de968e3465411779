package io.darkroom.sampling;

import io.darkroom.sampling.solver.Solvers;

/** Makes samplers: the entry to this package. */
public final class Schedulers {
    private Schedulers() {}

    /**
     * The sampler of a config over the schedule that a request asks for.
     *
     * @throws SchedulerException where the class cannot make such a schedule (explicit timesteps where it takes none,
     *     no {@code mu} with dynamic shifting), with every problem by its field
     */
    public static Sampler create(SchedulerConfig config, ScheduleRequest request) {
        return Solvers.create(config, request);
    }
}
