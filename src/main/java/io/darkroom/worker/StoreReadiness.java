package io.darkroom.worker;

/** Whether the store keeps what the job record needs of it. */
public interface StoreReadiness {
    /**
     * Races creates against each other, and sees whether the store lets one win. Blocks.
     *
     * @throws io.darkroom.job.SurroundingsException where the store is not there, or is not fit for it
     */
    void check();
}
