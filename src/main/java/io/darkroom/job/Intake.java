package io.darkroom.job;

/** The port to where requests come from. Calls do not block and may come from any thread. */
public interface Intake {
    /** No new requests for now: the surroundings are at fault. Those under way stay. */
    void pause(String reason);

    /** Requests are welcome again. */
    void resume();
}
