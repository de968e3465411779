package io.darkroom.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.darkroom.training.data.DrawnSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    private static final Learning LEARNING = new Learning(6, 2, 1e-3, 1e-3, 0.01, 2, 0.1, 1, 0.9);

    private final NDManager manager = NDManager.newBaseManager();
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        manager.close();
    }

    private Trainer trainer(String name, long seed) {
        return trainer(name, seed, Duration.ZERO);
    }

    private Trainer trainer(String name, long seed, Duration checkpointEvery) {
        PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);
        return new Trainer(folder.resolve(name), seed, checkpointEvery, out);
    }

    private Stage stage() throws IOException {
        DrawnSet set = DrawnSet.open(folder.resolve("set.u8"), 1, 4, count -> {});
        return new ClassifierStage("features", LEARNING, set, manager, 1);
    }

    /** A stage whose process ends, as by a kill, before a step. */
    private record Killed(Stage stage, long before) implements Stage {
        @Override
        public String name() {
            return stage.name();
        }

        @Override
        public Learning learning() {
            return stage.learning();
        }

        @Override
        public List<Learner> learners() {
            return stage.learners();
        }

        @Override
        public Map<String, Double> step(long step, Random random, NDManager scope) {
            if (step == before) {
                throw new IllegalStateException("killed");
            }
            return stage.step(step, random, scope);
        }

        @Override
        public void close() {
            stage.close();
        }
    }

    @Test
    void aRunThatWasKilledTakesTheSameCourse() throws IOException {
        try (Stage stage = stage()) {
            trainer("whole", 5).run(stage, "as ever", manager);
        }

        try (Stage stage = new Killed(stage(), 2)) {
            assertThatThrownBy(() -> trainer("killed", 5).run(stage, "as ever", manager))
                    .hasMessage("killed");
        }
        // Two more steps, of which no checkpoint is written: they are lost, and taken again.
        try (Stage stage = new Killed(stage(), 4)) {
            assertThatThrownBy(() -> trainer("killed", 5, Duration.ofDays(1)).run(stage, "as ever", manager))
                    .hasMessage("killed");
        }
        try (Stage stage = stage()) {
            trainer("killed", 5).run(stage, "as ever", manager);
        }

        assertThat(arrays("killed")).usingRecursiveComparison().isEqualTo(arrays("whole"));
        assertThat(folder.resolve("killed/features.csv")).hasSameTextualContentAs(folder.resolve("whole/features.csv"));
    }

    private Map<String, float[]> arrays(String name) throws IOException {
        return Checkpoint.read(folder.resolve(name + "/features.safetensors")).arrays();
    }

    @Test
    void whatIsDoneIsNotDoneAgain() throws IOException {
        try (Stage stage = stage()) {
            trainer("whole", 5).run(stage, "as ever", manager);
        }

        try (Stage stage = new Killed(stage(), 0)) {
            trainer("whole", 5).run(stage, "as ever", manager);
        }

        assertThat(shown.toString(StandardCharsets.UTF_8)).contains("features: done, 6 steps");
    }

    @Test
    void progressShowsStepsAndSecondsLeft() throws IOException {
        try (Stage stage = stage()) {
            trainer("whole", 5).run(stage, "as ever", manager);
        }

        assertThat(shown.toString(StandardCharsets.UTF_8))
                .containsPattern("features \\[#+\\.*] 6/6 steps, \\d+ ms each, 0 s left  gradient .*loss .*right");
    }

    @Test
    void aCheckpointOfAnotherSeedIsRefused() throws IOException {
        try (Stage stage = stage()) {
            trainer("whole", 5).run(stage, "as ever", manager);
        }

        try (Stage stage = stage()) {
            assertThatThrownBy(() -> trainer("whole", 6).run(stage, "as ever", manager))
                    .hasMessageContaining("is of seed 5, not 6");
        }
    }

    @Test
    void aCheckpointOfOtherSettingsIsRefused() throws IOException {
        try (Stage stage = stage()) {
            trainer("whole", 5).run(stage, "4 pictures", manager);
        }

        try (Stage stage = stage()) {
            assertThatThrownBy(() -> trainer("whole", 5).run(stage, "5 pictures", manager))
                    .hasMessageContaining("It has 4 pictures, the configuration 5 pictures");
        }
    }

    @Test
    void aLineThatAKillCutOffIsRemoved() throws IOException {
        Path file = folder.resolve("log.csv");
        Files.writeString(file, "step,gradient,loss\n0,1,1\n1,0.");

        LossLog log = LossLog.open(file, 2);
        log.add(1, Map.of("loss", 0.5, "gradient", 2.0));
        log.flush();

        assertThat(file).hasContent("step,gradient,loss\n0,1,1\n1,2.00000,0.500000\n");
    }

    @Test
    void linesThatAKilledProcessWroteTooManyAreReplaced() throws IOException {
        Path file = folder.resolve("log.csv");
        Files.writeString(file, "step,loss\n0,1\n1,0.5\n2,0.25\n");

        LossLog log = LossLog.open(file, 1);
        log.add(1, Map.of("loss", 0.5));
        log.flush();

        assertThat(file).hasContent("step,loss\n0,1\n1,0.500000\n");
    }
}
