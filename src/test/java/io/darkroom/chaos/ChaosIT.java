package io.darkroom.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.chaos.checker.Checker;
import io.darkroom.chaos.checker.Report;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fleet under faults. {@code -Ddarkroom.chaos.seed=N} says which; {@code -Ddarkroom.chaos.scale=} how many: {@code short}
 * (as every build has it), {@code medium} or {@code full}.
 */
@Tag("chaos")
class ChaosIT {
    private static final Path LOGS = Path.of("target", "chaos");

    @Test
    void nothingIsLostAndNothingComesTwice(@TempDir Path folder) throws Exception {
        long seed = Long.getLong("darkroom.chaos.seed", 1);
        Scale scale = Scale.named(System.getProperty("darkroom.chaos.scale", "short"));
        String given = System.getProperty("darkroom.chaos.exactly-once");
        boolean exactlyOnce = given == null ? seed % 2 == 0 : Boolean.parseBoolean(given);

        Path history = new Chaos(seed, scale, exactlyOnce, folder, LOGS).run();
        Report report = Checker.check(history, scale.minimums());

        System.out.println(report.text());
        Files.writeString(LOGS.resolve("report.md"), report.text());
        assertThat(report.violations()).as("%s", history).isEmpty();
    }
}
