package io.darkroom.model;

/** No folder of that name: a fault of the request. The message lists those that there are. */
public class UnknownModelException extends RuntimeException {
    public UnknownModelException(String message) {
        super(message);
    }
}
