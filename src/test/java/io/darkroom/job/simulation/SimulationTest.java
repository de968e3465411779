package io.darkroom.job.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * {@code -Ddarkroom.simulation.schedules=N} runs the schedules 0 to N-1 instead of 10,000;
 * {@code -Ddarkroom.simulation.seed=N} runs that one alone and prints what happens in it.
 */
@Tag("chaos")
final class SimulationTest {
    private static final int ENOUGH_TO_FIND_A_FAULT = 10_000;

    @Test
    void everyScheduleKeepsEveryPromise() {
        Long replay = Long.getLong("darkroom.simulation.seed");
        if (replay != null) {
            new Simulation(replay, Machine.REAL, System.out::println).run();
            return;
        }

        int schedules = Integer.getInteger("darkroom.simulation.schedules", 10_000);

        for (long seed = 0; seed < schedules; seed++) {
            Violation violation = run(seed, Machine.REAL);
            if (violation != null) {
                fail("schedule " + seed + ": " + violation.getMessage() + "; see it with -Ddarkroom.simulation.seed="
                        + seed);
            }
        }
    }

    @Test
    void aSeedGivesTheSameScheduleAgain() {
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();

        new Simulation(7, Machine.REAL, first::add).run();
        new Simulation(7, Machine.REAL, second::add).run();

        assertThat(second).isEqualTo(first).hasSizeGreaterThan(20);
    }

    @TestFactory
    Stream<DynamicTest> aPlantedFaultIsFound() {
        return Sabotage.ALL.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> assertThat(firstFound(each))
                        .as("the first schedule that finds the fault")
                        .isNotNegative()));
    }

    private static long firstFound(Map.Entry<String, Machine> sabotage) {
        for (long seed = 0; seed < ENOUGH_TO_FIND_A_FAULT; seed++) {
            Violation violation = run(seed, sabotage.getValue());
            if (violation != null) {
                System.out.println(sabotage.getKey() + ": found by schedule " + seed + ": " + violation.getMessage());
                return seed;
            }
        }
        return -1;
    }

    private static @Nullable Violation run(long seed, Machine machine) {
        try {
            new Simulation(seed, machine, null).run();
            return null;
        } catch (Violation violation) {
            return violation;
        }
    }
}
