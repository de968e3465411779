package io.darkroom.model;

/** The device has not enough memory for a call; a smaller batch may fit. */
public class DeviceMemoryException extends DeviceException {
    public DeviceMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
