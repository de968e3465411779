package io.darkroom.standalone;

/** A start that cannot be: its message is for the person who started it, and says what to change. */
public class StandaloneException extends RuntimeException {
    public StandaloneException(String message) {
        super(message);
    }

    public StandaloneException(String message, Throwable cause) {
        super(message, cause);
    }
}
