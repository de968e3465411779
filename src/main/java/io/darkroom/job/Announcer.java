package io.darkroom.job;

import java.util.concurrent.CompletionStage;

/** The port to the topics. Calls do not block. */
public interface Announcer {
    /**
     * Sends a terminal event. Completes when the broker has acknowledged it; fails where it was not acknowledged (a
     * fault of the surroundings: it will be sent again).
     *
     * @param trace of the request, whoever reached the outcome
     * @param answers the record that the event ends, which is settled then
     */
    CompletionStage<?> announce(TerminalEvent event, TraceContext trace, Source answers);

    /** Sends a dead letter; completes and fails likewise. */
    CompletionStage<?> deadLetter(DeadLetter letter);

    /** Tells that a job started, best effort. Never throws, never holds up. */
    void started(StartedEvent event);

    /** Tells how far a job is, best effort: may be dropped. Never throws, never holds up. */
    void progress(ProgressEvent event);
}
