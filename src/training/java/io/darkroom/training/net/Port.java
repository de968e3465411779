package io.darkroom.training.net;

import java.util.List;

/**
 * An input or output of a network.
 *
 * @param name as the exported file has it
 * @param integers whether int64; else float32
 * @param dims of the exported file's value, each a number or the name of what varies; none for a scalar
 */
public record Port(String name, boolean integers, List<String> dims) {
    /** Of float32. */
    public static Port floats(String name, String... dims) {
        return new Port(name, false, List.of(dims));
    }

    /** Of int64. */
    public static Port integers(String name, String... dims) {
        return new Port(name, true, List.of(dims));
    }
}
