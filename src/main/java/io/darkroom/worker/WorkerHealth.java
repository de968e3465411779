package io.darkroom.worker;

import java.util.Map;
import java.util.Optional;

/** How the worker's parts are, for probes. Thread safe; does not block. */
public interface WorkerHealth {
    /** The threads that should run and do not, separated by commas; empty where all do. */
    String stoppedThreads();

    /** Why jobs are held up now; empty where they are not. */
    Optional<String> heldUp();

    /** What is wrong with the store; empty where it answered the last time. */
    Optional<String> storeTrouble();

    /** What is wrong with each model that cannot be used, by name. */
    Map<String, String> modelProblems();
}
