package io.darkroom.job;

import io.darkroom.job.ObjectStore.Location;
import java.time.Duration;

/** What a delivery wants done. Each is answered by one {@link DeliveryEvent}, unless it says otherwise. */
public sealed interface DeliveryAction {
    /** Create an attempt. Answered by {@link DeliveryEvent.AttemptCreated}. */
    record CreateAttempt(int number, Location at, Bytes content) implements DeliveryAction {}

    /** Read the job record. Answered by {@link DeliveryEvent.RecordRead}. */
    record ReadRecord(String bucket, JobKey key) implements DeliveryAction {}

    /** Give the job to the renderer. Answered by what its listener hears. */
    record StartRender(RenderJob job) implements DeliveryAction {}

    /**
     * Take the job from the renderer with what it has by then. Answered by {@link DeliveryEvent.RenderSaved}, unless the
     * rendering ends otherwise meanwhile.
     */
    record SaveRender(JobKey key) implements DeliveryAction {}

    /** Take the job from the renderer. Not answered. */
    record StopRender(JobKey key) implements DeliveryAction {}

    /**
     * Create a picture. Answered by {@link DeliveryEvent.PictureStored} once the store has confirmed it, or by
     * {@link DeliveryEvent.PictureTaken}.
     *
     * @param request the digest of the request that it is for
     */
    record CreatePicture(int index, Location at, Bytes content, String mediaType, String request)
            implements DeliveryAction {}

    /**
     * Read a picture that was there already. Answered by {@link DeliveryEvent.PictureStored} with what is there, or by
     * {@link DeliveryEvent.PictureGone}.
     */
    record ReadPicture(int index, Location at) implements DeliveryAction {}

    /** Create a checkpoint. Answered by {@link DeliveryEvent.CheckpointCreated}, also where it was there already. */
    record CreateCheckpoint(CheckpointName name, Location at, Bytes content) implements DeliveryAction {}

    /** Read a checkpoint. Answered by {@link DeliveryEvent.CheckpointRead}. */
    record ReadCheckpoint(CheckpointName name, Location at) implements DeliveryAction {}

    /**
     * Delete all checkpoints of a job whose terminal event is acknowledged. Answered by
     * {@link DeliveryEvent.CheckpointsDeleted}.
     */
    record DeleteCheckpoints(String bucket, JobKey key) implements DeliveryAction {}

    /**
     * Create {@code result.json}. Answered by {@link DeliveryEvent.ResultCreated}.
     *
     * @param request the digest of the request that it is for
     */
    record CreateResult(Location at, Bytes content, String request) implements DeliveryAction {}

    /** Read {@code result.json}. Answered by {@link DeliveryEvent.ResultRead}. */
    record ReadResult(Location at) implements DeliveryAction {}

    /** Create the outcome. Answered by {@link DeliveryEvent.OutcomeCreated}. */
    record CreateOutcome(Location at, Bytes content) implements DeliveryAction {}

    /** Read the outcome. Answered by {@link DeliveryEvent.OutcomeRead}. */
    record ReadOutcome(Location at) implements DeliveryAction {}

    /** Create an attempt's end. Answered by {@link DeliveryEvent.EndCreated}, also where it was there already. */
    record CreateEnd(Location at, Bytes content) implements DeliveryAction {}

    /** Send a dead letter. Answered by {@link DeliveryEvent.LetterSent} once the broker has acknowledged it. */
    record SendDeadLetter(DeadLetter letter) implements DeliveryAction {}

    /**
     * Send the terminal event, with URLs where the request asks for them. Answered by {@link DeliveryEvent.Announced}
     * once the broker has acknowledged it.
     */
    record Announce(TerminalEvent event) implements DeliveryAction {}

    /**
     * Come back with {@link DeliveryEvent.RetryDue} after a while, longer from time to time.
     *
     * @param action what met a fault of the surroundings
     */
    record Backoff(DeliveryAction action, String reason) implements DeliveryAction {}

    /**
     * Come back with {@link DeliveryEvent.RetryDue} after {@link #DOUBT}.
     *
     * @param action what is done then, for the first time
     */
    record Later(DeliveryAction action) implements DeliveryAction {
        /** By then a worker that lives has heard, with a heartbeat of its consumer (every 3 to 5 s), what it has lost. */
        public static final Duration DOUBT = Duration.ofSeconds(10);
    }
}
