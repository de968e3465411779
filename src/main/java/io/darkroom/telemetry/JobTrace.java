package io.darkroom.telemetry;

import io.darkroom.job.DeliveryState;
import io.darkroom.job.Renderer;
import io.darkroom.job.TerminalEvent;
import io.darkroom.job.TraceContext;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What becomes of one delivery, as a trace. Used by the delivery thread alone, {@link #context} excepted. */
public interface JobTrace {
    /** What the job's events carry: who reads them goes on in the same trace. */
    TraceContext context();

    /** The delivery is in a state, which may be the one that it was in. */
    default void moved(DeliveryState state, Instant now) {}

    /** The device begins with the job. */
    default void started(String model, int steps, int attempt, Instant now) {}

    /** A step was made. */
    default void stepped(Renderer.Step step, Instant now) {}

    /** Nothing follows; {@code event} is how the job ended, null where it was left or only put aside. */
    default void ended(@Nullable TerminalEvent event, Instant now) {}

    /** Does something as a part of the trace: figures that it records name the trace as an example, and lines that it logs name it. */
    default void within(Runnable work) {
        work.run();
    }
}
