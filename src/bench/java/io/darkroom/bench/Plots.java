package io.darkroom.bench;

import io.darkroom.sampling.solver.SamplerPlots;
import java.io.IOException;
import java.nio.file.Path;

/** Draws the pictures of docs/samplers.md: every solver's order on the analytic model, and the starter's sheet. */
public final class Plots {
    private Plots() {}

    /**
     * Draws all.
     *
     * @param args the folder for the pictures
     */
    public static void main(String[] args) throws IOException {
        SamplerPlots.write(Path.of(args[0]));
        StarterSheet.write(Path.of(args[0], "starter.jpg"));
    }
}
