package io.darkroom.job;

/** What becomes of a request's record. */
public enum Disposition {
    /** Its terminal event, or its dead letter, is acknowledged: the offset may be committed. */
    SETTLED,
    /** It was left for another worker, or for later: the offset must not be committed. */
    RELEASED
}
