package io.darkroom.crash;

/** What a worker and its servers exchange in the course of a job of two pictures, in order. */
public enum Effect {
    /** The broker's answer that carries the request. */
    FETCH,
    /** An attempt is created. */
    ATTEMPT,
    FIRST_PICTURE,
    SECOND_PICTURE,
    /** {@code result.json} is created. */
    RESULT,
    OUTCOME,
    /** The terminal event is sent to the broker. */
    EVENT,
    /** The broker's answer that acknowledges the terminal event. */
    ACKNOWLEDGEMENT,
    /** The offset behind the request goes into the event's transaction, where there is one. */
    OFFSET,
    /** The offset behind the request is committed, by itself or with the transaction. */
    COMMIT
}
