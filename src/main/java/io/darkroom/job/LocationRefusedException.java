package io.darkroom.job;

import org.jspecify.annotations.Nullable;

/** The store is there, but refuses this bucket or key to the worker: a fault of the request that named it. */
public class LocationRefusedException extends RuntimeException {
    public LocationRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
