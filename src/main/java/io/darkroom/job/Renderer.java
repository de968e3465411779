package io.darkroom.job;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The port to the engine. Calls do not block. */
public interface Renderer {
    /**
     * Takes a job in and renders it in its turn. Exactly one of {@link Listener#finished}, {@link Listener#failed} and
     * {@link Listener#faulted} (or {@code unusable}, {@code saved}) is called at its end, unless it is stopped before; after {@code faulted} the same job may
     * be given again.
     */
    void render(RenderJob job, Listener listener);

    /** Stops a job at the next step and forgets it; nothing where it is not there. What it still reports is ignored. */
    void stop(JobKey key);

    /**
     * Stops a job at the next step, and hands over what it has come to by {@link Listener#saved}. Nothing where the job is
     * not there, or is through on the device: then it has ended otherwise, or is about to.
     */
    void save(JobKey key);

    /**
     * How many places there are beyond those that are given to whoever comes, for jobs that are more urgent or much shorter
     * than the ones that have these: a quarter as many.
     *
     * @param places at least 1
     */
    static int ahead(int places) {
        return places / 4;
    }

    /** Hears from one job. May be called on any thread; calls do not block. */
    interface Listener {
        /** The first native call that touches the job is about to be made. */
        void started(String model, int steps);

        /** A step was made. Told once for each; one with a preview may come after later steps. */
        void progress(Step step);

        /**
         * It goes on from the checkpoint that it was given.
         *
         * @param deviceMs what earlier attempts spent of the device on what is in it, by attempt
         */
        default void resumed(Map<Integer, Double> deviceMs) {}

        /**
         * The checkpoint that it was given cannot be used here; the job was not begun, and may be given again.
         *
         * @param wholeAttempt whether that holds for every checkpoint of the same attempt
         */
        default void unusable(boolean wholeAttempt) {}

        /** How far it is, to be kept in case the worker ends. */
        default void checkpoint(Checkpoint checkpoint) {}

        /** It was taken out by {@link Renderer#save}; null where there is nothing new to keep. */
        default void saved(@Nullable Checkpoint checkpoint) {}

        /** The pictures are there, not yet stored. */
        void finished(Rendered rendered);

        /** The request is at fault: the job ends. */
        void failed(Failure failure);

        /** The surroundings are at fault: the job will be rendered again later. */
        void faulted(SurroundingsException cause);
    }

    /**
     * How far a job is.
     *
     * @param phase {@code denoise}, or a phase of an inversion, {@code invert} and {@code reconstruct}
     * @param step steps made
     * @param steps steps in all
     * @param etaMs estimated milliseconds to the end; negative where unknown
     * @param deviceMs the job's share of the device so far
     * @param preview null where none was asked for or is due
     */
    record Step(String phase, int step, int steps, long etaMs, double deviceMs, @Nullable Preview preview) {
        /** The same with a preview. */
        public Step withPreview(Preview seen) {
            return new Step(phase, step, steps, etaMs, deviceMs, seen);
        }
    }

    /** A small picture of what is becoming, at most 32 KiB. */
    record Preview(String mediaType, Bytes content) {}
}
