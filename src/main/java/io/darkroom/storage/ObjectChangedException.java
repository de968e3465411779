package io.darkroom.storage;

import io.darkroom.job.SurroundingsException;

/** An object is no longer the one that was listed. */
public class ObjectChangedException extends SurroundingsException {
    public ObjectChangedException(String message) {
        super(message);
    }
}
