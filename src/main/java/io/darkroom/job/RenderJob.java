package io.darkroom.job;

/**
 * A job to render.
 *
 * @param attempt counted from 1; from the second on the delivery runs it alone
 */
public record RenderJob(JobKey key, RenderRequest request, int attempt) {}
