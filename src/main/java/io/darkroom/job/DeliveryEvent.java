package io.darkroom.job;

import io.darkroom.job.ObjectStore.Creation;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a delivery hears. What comes too late for its state is ignored. */
public sealed interface DeliveryEvent {
    /** The job may be rendered now: alone, where its state asked for that. */
    record TurnGiven() implements DeliveryEvent {}

    record AttemptCreated(int number, Creation creation) implements DeliveryEvent {}

    record RecordRead(JobRecord record) implements DeliveryEvent {}

    record RenderStarted() implements DeliveryEvent {}

    /** A step was made; {@code deviceMs} is the job's share of the device so far. */
    record Stepped(double deviceMs) implements DeliveryEvent {
        /** A step may be told of after later ones: then what those said holds. */
        double atLeast(double known) {
            return Math.max(known, deviceMs);
        }
    }

    /** The rendering goes on from its checkpoint; {@code deviceMs} is what earlier attempts spent on it, by attempt. */
    record Resumed(Map<Integer, Double> deviceMs) implements DeliveryEvent {
        public Resumed {
            deviceMs = Map.copyOf(deviceMs);
        }
    }

    /** The rendering has not begun: its checkpoint, or every one of that attempt, is of no use here. */
    record CheckpointUnusable(boolean wholeAttempt) implements DeliveryEvent {}

    /** The job as it is, for a later attempt. */
    record Checkpointed(Checkpoint checkpoint) implements DeliveryEvent {}

    /** The renderer has given the job up; {@code checkpoint} is null where there is nothing new to go on from. */
    record RenderSaved(@Nullable Checkpoint checkpoint) implements DeliveryEvent {}

    record CheckpointCreated(CheckpointName name) implements DeliveryEvent {}

    record CheckpointRead(CheckpointName name, @Nullable Bytes content) implements DeliveryEvent {}

    record CheckpointsDeleted() implements DeliveryEvent {}

    record Finished(Rendered rendered) implements DeliveryEvent {}

    record RenderFailed(Failure failure) implements DeliveryEvent {}

    /**
     * A picture is in the store, with this digest and size, whoever put it there.
     *
     * @param request the digest of the request that it was created for; null where the store does not tell
     */
    record PictureStored(int index, String sha256, long bytes, @Nullable String request) implements DeliveryEvent {}

    /** An object was there already. */
    record PictureTaken(int index) implements DeliveryEvent {}

    /** What was there is no longer. */
    record PictureGone(int index) implements DeliveryEvent {}

    record ResultCreated(Creation creation) implements DeliveryEvent {}

    /** What is stored as the result; null where there is none. */
    record ResultRead(ObjectStore.@Nullable Stored stored) implements DeliveryEvent {}

    record OutcomeCreated(Creation creation) implements DeliveryEvent {}

    record OutcomeRead(@Nullable Bytes content) implements DeliveryEvent {}

    record EndCreated() implements DeliveryEvent {}

    record LetterSent() implements DeliveryEvent {}

    record Announced() implements DeliveryEvent {}

    /** An action met a fault of the surroundings; it may have taken effect all the same. */
    record Faulted(DeliveryAction action, String reason) implements DeliveryEvent {}

    /** The store refuses the place that an action names. */
    record Refused(DeliveryAction action, String reason) implements DeliveryEvent {}

    /** The time has come to ask again for what met a fault. */
    record RetryDue(DeliveryAction action) implements DeliveryEvent {}

    /** Somebody no longer wants the job. */
    record Cancel(String reason) implements DeliveryEvent {}

    /** The request's {@code expires_at} is past. */
    record Expired() implements DeliveryEvent {}

    /**
     * The job is to be left for another worker.
     *
     * @param clean whether the job has no part in it (drain, handover); false where the device broke down under it
     */
    record Release(String reason, boolean clean) implements DeliveryEvent {}

    /** The partition is another's: nothing more may be written. */
    record Lose() implements DeliveryEvent {}
}
