package io.darkroom.job;

/** The store is there, but refuses this bucket or key to the worker: a fault of the request that named it. */
public class LocationRefusedException extends RuntimeException {
    public LocationRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
