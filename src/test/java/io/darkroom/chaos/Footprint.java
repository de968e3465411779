package io.darkroom.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a process takes of the machine (Linux).
 *
 * @param residentKiB memory
 * @param threads of the process
 * @param descriptors that it has open
 */
record Footprint(double residentKiB, double threads, double descriptors) {
    static Footprint of(long pid) {
        Path process = Path.of("/proc", Long.toString(pid));
        try (Stream<Path> open = Files.list(process.resolve("fd"))) {
            List<String> status = Files.readAllLines(process.resolve("status"));
            return new Footprint(number(status, "VmRSS:"), number(status, "Threads:"), open.count());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of each figure the mean. */
    static Footprint mean(List<Footprint> of) {
        return new Footprint(
                of.stream().mapToDouble(Footprint::residentKiB).average().orElseThrow(),
                of.stream().mapToDouble(Footprint::threads).average().orElseThrow(),
                of.stream().mapToDouble(Footprint::descriptors).average().orElseThrow());
    }

    private static long number(List<String> status, String name) {
        return status.stream()
                .filter(each -> each.startsWith(name))
                .mapToLong(each -> Long.parseLong(each.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
