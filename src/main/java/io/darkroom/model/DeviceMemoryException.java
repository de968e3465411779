package io.darkroom.model;

/** The device has not enough memory for a call; a smaller batch may fit. */
public class DeviceMemoryException extends DeviceException {
    /** What is known not to fit, before it is tried. */
    public DeviceMemoryException(String message) {
        super(message);
    }

    public DeviceMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
