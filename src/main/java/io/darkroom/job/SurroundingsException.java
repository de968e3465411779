package io.darkroom.job;

import org.jspecify.annotations.Nullable;

/**
 * A fault of the surroundings: the store, the broker, credentials, a model's file, a driver. It never ends a job: the
 * intake pauses, readiness goes down, and what was tried is tried again.
 */
public class SurroundingsException extends RuntimeException {
    public SurroundingsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    public SurroundingsException(String message) {
        super(message);
    }
}
