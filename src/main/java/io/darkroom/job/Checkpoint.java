package io.darkroom.job;

/**
 * A job under way, written down by its renderer, to be kept in the job record until the job has ended.
 *
 * @param step evaluations made, of all pictures together
 * @param deviceMs what this attempt had spent of the device
 * @param content for the renderer of a later attempt; it alone knows what it means
 */
public record Checkpoint(int step, double deviceMs, Bytes content) {
    /** One that is stored. */
    public record Stored(CheckpointName name, Bytes content) {}
}
