package io.darkroom.onnx;

import io.darkroom.model.DeviceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** Which devices to use: the setting {@code darkroom.devices}. */
public final class Devices {
    private static final Logger LOG = Logger.getLogger(Devices.class);
    private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,3}))?");
    private static final Pattern CPU_PART = Pattern.compile("cpu:(\\d{1,3})");

    private Devices() {}

    /**
     * The devices that a setting means.
     *
     * @param setting {@code auto} (every CUDA device, else the CPU), {@code cpu}, {@code cuda} (the first), a list such as
     *     {@code cuda:0,cuda:2}, or {@code cpu:0,cpu:1} for so many parts of the CPU, with an equal share of its cores each
     * @throws IllegalArgumentException where it is none of these
     * @throws DeviceException where it names a device that is not there, saying why
     */
    public static List<Device> of(String setting) {
        return of(setting, Runtime.getRuntime().availableProcessors(), Sessions::whyUnusable);
    }

    /**
     * On another machine.
     *
     * @param cores it has
     * @param whyUnusable why a device cannot be used; empty where it can
     */
    static List<Device> of(String setting, int cores, Function<Device, Optional<String>> whyUnusable) {
        if (setting.strip().equalsIgnoreCase("auto")) {
            return auto(whyUnusable);
        }
        List<String> names = Stream.of(setting.split(",", -1))
                .map(part -> part.strip().toLowerCase(Locale.ROOT))
                .distinct()
                .toList();
        List<Device> devices = names.equals(List.of("cpu"))
                ? List.of(new Device.Cpu())
                : names.stream().allMatch(name -> CPU_PART.matcher(name).matches())
                        ? parts(names, setting, cores)
                        : names.stream()
                                .<Device>map(name -> cuda(name, setting))
                                .distinct()
                                .toList();
        for (Device device : devices) {
            whyUnusable.apply(device).ifPresent(why -> {
                throw new DeviceException("darkroom.devices asks for " + device + ", which cannot be used: " + why
                        + ". Accepted besides: cpu, or auto, which takes the CPU where there is no CUDA device");
            });
        }
        return devices;
    }

    private static List<Device> parts(List<String> names, String setting, int cores) {
        int parts = names.size();
        if (parts > cores) {
            throw new IllegalArgumentException(
                    "darkroom.devices: \"" + setting + "\" divides the CPU into " + parts + " parts, and it has "
                            + cores + " core" + (cores == 1 ? "" : "s") + ": at most one part for each");
        }
        List<Device> devices = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            String name = "cpu:" + part;
            if (!names.contains(name)) {
                throw new IllegalArgumentException("darkroom.devices: \"" + setting + "\" has " + parts
                        + " parts of the CPU, and none is " + name + ": parts are counted from 0");
            }
            devices.add(new Device.Cpu(part, parts));
        }
        return List.copyOf(devices);
    }

    private static Device cuda(String name, String setting) {
        Matcher cuda = CUDA.matcher(name);
        if (cuda.matches()) {
            return new Device.Cuda(cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1)));
        }
        throw new IllegalArgumentException(
                "darkroom.devices: \"" + setting
                        + "\" is none of auto, cpu, cuda, a list such as cuda:0,cuda:1, or parts of the CPU such as cpu:0,cpu:1");
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
