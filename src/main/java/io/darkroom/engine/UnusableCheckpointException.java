package io.darkroom.engine;

/** A checkpoint cannot be taken up here. */
final class UnusableCheckpointException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean wholeAttempt;

    /** @param wholeAttempt whether that holds for every checkpoint of the same attempt */
    UnusableCheckpointException(String reason, boolean wholeAttempt) {
        super(reason);
        this.wholeAttempt = wholeAttempt;
    }

    boolean wholeAttempt() {
        return wholeAttempt;
    }
}
