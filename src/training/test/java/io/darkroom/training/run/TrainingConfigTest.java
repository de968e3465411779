package io.darkroom.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingConfigTest {
    private static final Path SHIPPED = Path.of("src/training/training.yaml");

    @TempDir
    Path folder;

    private Path changed(String what, String to) throws IOException {
        String text = Files.readString(SHIPPED);
        assertThat(text).contains(what);
        return Files.writeString(folder.resolve("config.yaml"), text.replace(what, to));
    }

    @Test
    void theShippedConfigurationsAreRead() throws IOException {
        TrainingConfig config = TrainingConfig.read(SHIPPED);

        assertThat(config.checkpointEvery()).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.models()).containsOnlyKeys("starter-flow", "starter-ddim");
        assertThat(TrainingConfig.read(Path.of("src/training/training-quick.yaml"))
                        .models())
                .containsOnlyKeys("starter-flow", "starter-ddim");
    }

    @Test
    void anUnknownKeyIsNamed() throws IOException {
        Path file = changed("seed: 9\n", "seed: 9\ncolour: red\n");

        assertThatThrownBy(() -> TrainingConfig.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"colour\"");
    }

    @Test
    void aMissingKeyIsNamed() throws IOException {
        Path file = changed("    kind: dit\n", "");

        assertThatThrownBy(() -> TrainingConfig.read(file)).hasMessageContaining("'kind'");
    }

    @Test
    void aDurationWithoutUnitIsRefused() throws IOException {
        Path file = changed("checkpoint_interval: 2m", "checkpoint_interval: 120");

        assertThatThrownBy(() -> TrainingConfig.read(file))
                .hasMessageContaining("checkpoint_interval: \"120\"")
                .hasMessageContaining("30s");
    }

    @Test
    void aValueOutOfRangeIsNamed() throws IOException {
        Path file = changed("ema: 0.998", "ema: 1.5");

        assertThatThrownBy(() -> TrainingConfig.read(file)).hasMessageContaining("ema: 1.5");
    }

    @Test
    void aPredictionThatTheKindCannotMakeIsNamed() throws IOException {
        Path file = changed("predicts: velocity", "predicts: flow");

        assertThatThrownBy(() -> TrainingConfig.read(file))
                .hasMessageContaining("predicts: FLOW is not for kind UNET")
                .hasMessageContaining("EPSILON and VELOCITY for UNET");
    }

    @Test
    void whatIsWrongWithALaterStageIsSaidAtOnce() throws IOException {
        assertThatThrownBy(() -> TrainingConfig.read(changed("condition_dropout: 0.1", "condition_dropout: 1.5")))
                .hasMessageContaining("1.5");
        assertThatThrownBy(() -> TrainingConfig.read(changed("min_snr_gamma: 5", "min_snr_gamma: -5")))
                .hasMessageContaining("-5");
        assertThatThrownBy(() -> TrainingConfig.read(changed("deviation: 1.0", "deviation: -1.0")))
                .hasMessageContaining("-1.0");
        assertThatThrownBy(() -> TrainingConfig.read(changed("whole_from: 0.8", "whole_from: 8")))
                .hasMessageContaining("whole_from: 8.0");
    }
}
