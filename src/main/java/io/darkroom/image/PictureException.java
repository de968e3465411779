package io.darkroom.image;

/** Bytes that cannot be taken for a picture. */
public class PictureException extends Exception {
    /** Why not. */
    public enum Reason {
        /** They are no PNG, JPEG or WebP, or a damaged one. */
        UNREADABLE,
        /** There are too many of them, or of the pixels they stand for. */
        TOO_LARGE,
        /** They are within the limits, but this process has no memory for what they stand for. */
        OUT_OF_MEMORY
    }

    private final Reason reason;

    public PictureException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public PictureException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Why not. */
    public Reason reason() {
        return reason;
    }
}
