package io.darkroom.storage;

/** A store that cannot be used, for it breaks a promise that no retry mends. */
public class UnsafeStoreException extends RuntimeException {
    public UnsafeStoreException(String message) {
        super(message);
    }
}
