package io.darkroom.onnx;

import io.darkroom.model.DeviceException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** Which devices to use: the setting {@code darkroom.devices}. */
public final class Devices {
    private static final Logger LOG = Logger.getLogger(Devices.class);
    private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,3}))?");

    private Devices() {}

    /**
     * The devices that a setting means.
     *
     * @param setting {@code auto} (every CUDA device, else the CPU), {@code cpu}, {@code cuda} (the first), or a list
     *     such as {@code cuda:0,cuda:2}
     * @throws IllegalArgumentException where it is none of these
     * @throws DeviceException where it names a device that is not there, saying why
     */
    public static List<Device> of(String setting) {
        return of(setting, Sessions::whyUnusable);
    }

    /** With another way to find out why a device cannot be used; empty where it can. */
    static List<Device> of(String setting, Function<Device, Optional<String>> whyUnusable) {
        if (setting.strip().equalsIgnoreCase("auto")) {
            return auto(whyUnusable);
        }
        Set<Device> devices = new LinkedHashSet<>();
        for (String part : setting.split(",", -1)) {
            devices.add(parse(part.strip().toLowerCase(Locale.ROOT), setting));
        }
        for (Device device : devices) {
            whyUnusable.apply(device).ifPresent(why -> {
                throw new DeviceException("darkroom.devices asks for " + device + ", which cannot be used: " + why);
            });
        }
        return List.copyOf(devices);
    }

    private static Device parse(String name, String setting) {
        Matcher cuda = CUDA.matcher(name);
        if (cuda.matches()) {
            return new Device.Cuda(cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1)));
        }
        if (name.equals("cpu")) {
            return new Device.Cpu();
        }
        throw new IllegalArgumentException(
                "darkroom.devices: \"" + setting + "\" is none of auto, cpu, cuda, or a list such as cuda:0,cuda:1");
    }

    private static List<Device> auto(Function<Device, Optional<String>> whyUnusable) {
        List<Device> found = new ArrayList<>();
        Optional<String> why;
        do {
            Device next = new Device.Cuda(found.size());
            why = whyUnusable.apply(next);
            if (why.isEmpty()) {
                found.add(next);
            }
        } while (why.isEmpty());
        if (found.isEmpty()) {
            LOG.infof("devices: cpu (no CUDA device: %s)", why.get());
            return List.of(new Device.Cpu());
        }
        LOG.infof("devices: %s", found);
        return found;
    }
}
