package io.darkroom.worker;

import io.darkroom.model.DeviceException;
import io.darkroom.onnx.Devices;
import java.util.Optional;

/** Holds the devices that are asked for by name against those that are there, before anything is started. */
public final class DeviceCheck {
    private DeviceCheck() {}

    /** What is wrong with a value of {@code darkroom.devices}; empty where each of its devices can be used. */
    public static Optional<String> problem(String devices) {
        if (devices.equals("auto")) {
            return Optional.empty(); // takes what is there
        }
        try {
            var unused = Devices.of(devices);
            return Optional.empty();
        } catch (IllegalArgumentException | DeviceException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
