package io.darkroom.mirror;

/** The place that models are to come from does not hold them, or not as it says: waiting does not mend it. */
public class ModelSourceException extends RuntimeException {
    public ModelSourceException(String message) {
        super(message);
    }
}
