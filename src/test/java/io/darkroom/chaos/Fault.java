package io.darkroom.chaos;

/** What is done to one worker, or to its way to broker or store. */
enum Fault {
    SIGKILL,
    SIGTERM,
    /** Until the group has long taken it for dead, and another has begun a job of its own where one does within a minute. */
    SIGSTOP,
    BROKER_CUT,
    BROKER_SLOW,
    BROKER_REPLIES_LOST,
    STORE_CUT,
    STORE_SLOW,
    STORE_REPLIES_LOST,
    /** Of the store's disk, as this worker sees it. */
    STORE_FULL
}
