package io.darkroom.job;

/** What came of an object is not what the store says that it has: damaged on the way, or where it lies. Read again it may be whole. */
public class DamagedContentException extends SurroundingsException {
    public DamagedContentException(String message) {
        super(message);
    }
}
