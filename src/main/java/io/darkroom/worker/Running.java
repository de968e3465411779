package io.darkroom.worker;

import io.darkroom.job.Assignment;
import io.darkroom.job.DeliveryState;
import io.darkroom.job.Disposition;
import io.darkroom.job.JobKey;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RenderRequest;
import io.darkroom.telemetry.JobTrace;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** One delivery as the loop keeps it: its state, and what is not the state machine's. Of the delivery thread alone. */
final class Running {
    final Assignment assignment;
    /** Told when the job is begun. */
    final Runnable begun;

    final JobTrace trace;
    final CompletableFuture<Disposition> done;
    /** Null while another delivery of the same job goes before. */
    @Nullable
    DeliveryState state;

    @Nullable
    Future<?> expiry;
    /** Whether it is to be left, as soon as it only waits. */
    boolean leaving;

    int step;
    int steps;
    /** Whether it has had a preview. */
    boolean previews;
    /** How often the end of its attempt could not be written down after its partition was lost. */
    int lastWords;

    /** Its share of the device in this turn, so far as is known. */
    double deviceMs;

    Running(Assignment assignment, Runnable begun, JobTrace trace, CompletableFuture<Disposition> done) {
        this.assignment = assignment;
        this.begun = begun;
        this.trace = trace;
        this.done = done;
    }

    JobKey key() {
        return assignment.key();
    }

    @Nullable
    RenderRequest request() {
        return assignment.request() instanceof ParsedRequest.Valid valid ? valid.request() : null;
    }
}
