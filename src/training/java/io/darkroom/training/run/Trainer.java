package io.darkroom.training.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Runs a stage to its end, or goes on where a killed process left it. All chance of a step follows from seed, stage and
 * step, so a run that was killed takes the same course as one that was not; on the same machine and number of threads to
 * the last bit.
 */
final class Trainer {
    private static final String STEP = "step";

    private final Path folder;
    private final long seed;
    private final Duration checkpointEvery;
    private final PrintStream out;

    /**
     * @param folder of checkpoints and logs
     * @param seed of all chance
     * @param checkpointEvery how much work a kill may cost
     * @param out where progress is shown
     */
    Trainer(Path folder, long seed, Duration checkpointEvery, PrintStream out) {
        this.folder = folder;
        this.seed = seed;
        this.checkpointEvery = checkpointEvery;
        this.out = out;
    }

    /** The checkpoint of a stage. */
    Path checkpoint(String stage) {
        return folder.resolve(stage + ".safetensors");
    }

    /** How many steps were done when it was written. */
    static long steps(Checkpoint checkpoint) {
        return Long.parseLong(checkpoint.metadata().getOrDefault(STEP, "0"));
    }

    /**
     * Trains a stage to its last step, with checkpoints on the way and one at the end.
     *
     * @param settings everything of the configuration that the stage depends on
     * @throws IOException where a file cannot be read or written
     * @throws IllegalStateException where the checkpoint is of another seed, of other settings or of other networks
     */
    void run(Stage stage, String settings, NDManager root) throws IOException {
        Files.createDirectories(folder);
        long steps = stage.learning().steps();
        long step = restore(stage, settings);
        if (step >= steps) {
            out.println(stage.name() + ": done, " + step + " steps");
            return;
        }
        LossLog log = LossLog.open(folder.resolve(stage.name() + ".csv"), step);
        try (Progress progress = new Progress(stage.name(), "steps", step, steps, out)) {
            long saved = System.nanoTime();
            while (step < steps) {
                Map<String, Double> values;
                try (NDManager scope = root.newSubManager()) {
                    values = stage.step(step, random(stage.name(), step), scope);
                }
                log.add(step, values);
                step++;
                progress.at(step, values);
                if (step == steps || System.nanoTime() - saved > checkpointEvery.toNanos()) {
                    log.flush();
                    save(stage, settings, step);
                    saved = System.nanoTime();
                }
            }
        }
    }

    private Random random(String stage, long step) {
        return new Random(new SplittableRandom(seed * 0x9e3779b97f4a7c15L + stage.hashCode() * 31L + step).nextLong());
    }

    private void save(Stage stage, String settings, long step) throws IOException {
        Map<String, float[]> arrays = new LinkedHashMap<>();
        for (Learner learner : stage.learners()) {
            learner.state().forEach((name, values) -> arrays.put(name, values.toFloatArray()));
        }
        Map<String, String> metadata = Map.of(
                "stage", stage.name(), STEP, String.valueOf(step), "seed", String.valueOf(seed), "settings", settings);
        new Checkpoint(metadata, arrays).write(checkpoint(stage.name()));
    }

    /** How many steps were done. */
    private long restore(Stage stage, String settings) throws IOException {
        Path file = checkpoint(stage.name());
        if (!Files.exists(file)) {
            return 0;
        }
        Checkpoint checkpoint = Checkpoint.read(file);
        String ofSeed = checkpoint.metadata().get("seed");
        if (!String.valueOf(seed).equals(ofSeed)) {
            throw new IllegalStateException(
                    file + " is of seed " + ofSeed + ", not " + seed + ": choose another folder");
        }
        String ofSettings = checkpoint.metadata().get("settings");
        if (!settings.equals(ofSettings)) {
            throw new IllegalStateException(file + " was made with other settings than this configuration's: choose"
                    + " another folder. It has " + ofSettings + ", the configuration " + settings);
        }
        for (Learner learner : stage.learners()) {
            for (Map.Entry<String, NDArray> part : learner.state().entrySet()) {
                float[] values = checkpoint.arrays().get(part.getKey());
                if (values == null || values.length != part.getValue().size()) {
                    throw new IllegalStateException(file + ": " + part.getKey() + " has "
                            + (values == null ? 0 : values.length) + " values; the networks of this configuration have "
                            + part.getValue().size() + ": choose another folder");
                }
                // Not set(float[]): that would leave torch with memory of Java's that may be collected.
                try (NDManager scope = part.getValue().getManager().newSubManager()) {
                    part.getValue().set(new NDIndex(":"), scope.create(values));
                }
            }
        }
        return steps(checkpoint);
    }
}
