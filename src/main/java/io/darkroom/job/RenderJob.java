package io.darkroom.job;

import org.jspecify.annotations.Nullable;

/**
 * A job to render.
 *
 * @param attempt counted from 1; from the second on the delivery runs it alone
 * @param checkpoint an earlier attempt's, to go on from; null to begin at the beginning
 */
public record RenderJob(JobKey key, RenderRequest request, int attempt, Checkpoint.@Nullable Stored checkpoint) {
    /** A job that begins at the beginning. */
    public RenderJob(JobKey key, RenderRequest request, int attempt) {
        this(key, request, attempt, null);
    }
}
