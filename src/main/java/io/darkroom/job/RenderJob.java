package io.darkroom.job;

import org.jspecify.annotations.Nullable;

/**
 * A job to render.
 *
 * @param attempt counted from 1
 * @param alone whether it shares no call with other jobs: an attempt before this one ended without a word, and may have
 *     been ended by this job
 * @param checkpoint an earlier attempt's, to go on from; null to begin at the beginning
 */
public record RenderJob(
        JobKey key, RenderRequest request, int attempt, boolean alone, Checkpoint.@Nullable Stored checkpoint) {
    /** A job that begins at the beginning, and may share calls. */
    public RenderJob(JobKey key, RenderRequest request, int attempt) {
        this(key, request, attempt, false, null);
    }
}
