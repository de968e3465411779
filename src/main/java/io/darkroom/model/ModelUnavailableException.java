package io.darkroom.model;

/**
 * A model cannot be used as it lies there: a file is missing, truncated, or does not fit. A fault of the surroundings,
 * not of the request that asked for it. The message names the file, what was found and what was expected.
 */
public class ModelUnavailableException extends RuntimeException {
    public ModelUnavailableException(String message) {
        super(message);
    }

    public ModelUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
