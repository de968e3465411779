package io.darkroom.sampling;

/** Makes samplers: the entry to this package. */
public final class Schedulers {
    private Schedulers() {}

    /**
     * The sampler of a config over the schedule that a request asks for.
     *
     * @throws SchedulerException where the class cannot make such a schedule (explicit timesteps where it takes none,
     *     no {@code mu} with dynamic shifting), with every problem by its field
     */
    @SuppressWarnings("DoNotCallSuggester")
    public static Sampler create(SchedulerConfig config, ScheduleRequest request) {
        throw SchedulerException.unsupported(
                "scheduler._class_name", config.type().className() + " is not built yet");
    }
}
