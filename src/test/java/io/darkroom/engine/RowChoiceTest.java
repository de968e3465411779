package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** On simulated devices: what a call costs follows from its rows alone. */
class RowChoiceTest {
    /** Costs are kept as logarithms. */
    private static final Percentage ROUNDED = Percentage.withPercentage(1e-9);

    /** As the starter's UNet on two cores: 2.6 ms and 4.05 ms a row. */
    private static double cpu(int rows) {
        return 2.6e6 + 4.05e6 * rows;
    }

    /** Up to eight rows cost what one costs. */
    private static double wide(int rows) {
        return 10e6 * Math.max(1, rows / 8.0);
    }

    private static List<RowChoice.Candidate> waiting(int jobs, int rows, double worth) {
        return new ArrayList<>(Collections.nCopies(jobs, new RowChoice.Candidate(rows, worth)));
    }

    private static RowProfile learned(IntToDoubleFunction device) {
        RowProfile profile = new RowProfile(new Pace());
        for (int rows = 1; rows <= 16; rows = RowLadder.above(rows)) {
            measure(profile, rows, device.applyAsDouble(rows));
        }
        return profile;
    }

    /** As often as it takes until one more hardly counts. */
    private static void measure(RowProfile profile, int rows, double nanos) {
        for (int call = 0; call < 20; call++) {
            profile.measured(rows, nanos, false);
        }
    }

    private static int choose(List<RowChoice.Candidate> candidates, RowProfile profile) {
        return RowChoice.first(candidates, profile, 0, Integer.MAX_VALUE, 0, false);
    }

    /** Serves jobs of the same kind for so many calls; what was done in rows a nanosecond. */
    private static double rate(int jobs, int rows, IntToDoubleFunction device, int calls) {
        RowProfile profile = new RowProfile(new Pace());
        double done = 0;
        double nanos = 0;
        for (int call = 0; call < calls; call++) {
            int chosen = RowChoice.first(waiting(jobs, rows, 1), profile, 0, Integer.MAX_VALUE, call, false) * rows;
            profile.measured(chosen, device.applyAsDouble(chosen), false);
            done += chosen;
            nanos += device.applyAsDouble(chosen);
        }
        return done / nanos;
    }

    @Test
    void itClimbsRungByRungWhereMoreRowsPay() {
        RowProfile profile = new RowProfile(new Pace());
        List<Integer> calls = new ArrayList<>();

        for (int call = 0; call < 8; call++) {
            int rows = RowChoice.first(waiting(40, 1, 1), profile, 0, Integer.MAX_VALUE, call, false);
            profile.measured(rows, cpu(rows), false);
            calls.add(rows);
        }

        assertThat(calls).containsExactly(1, 2, 3, 4, 6, 8, 12, 16);
    }

    @Test
    void itClimbsWhereEachWantsSeveralRows() {
        assertThat(rate(32, 2, RowChoiceTest::cpu, 200)).isGreaterThan(0.98 * 64 / cpu(64));
    }

    /** As on CUDA, which searches for algorithms then. */
    @Test
    void aSlowFirstCallDoesNotKeepANumberOfRowsFromBeingCalledAgain() {
        RowProfile profile = new RowProfile(new Pace());
        for (int rows : List.of(1, 1, 2, 2, 3, 3, 4, 4)) {
            profile.measured(rows, wide(rows), false);
        }
        List<Integer> calls = new ArrayList<>();

        for (int call = 0; call < 20; call++) {
            int rows = RowChoice.first(waiting(8, 1, 1), profile, 0, Integer.MAX_VALUE, call, false);
            profile.measured(rows, calls.contains(rows) ? wide(rows) : 3e9, false);
            calls.add(rows);
        }

        assertThat(calls.subList(10, 20)).containsOnly(8);
        assertThat(profile.nanos(8)).isCloseTo(wide(8), ROUNDED);
    }

    @Test
    void ofANumbersFirstCallsCountsNoMoreThanOthersLetExpect() {
        RowProfile profile = new RowProfile(new Pace());
        measure(profile, 4, 40);

        profile.measured(2, 1000, false);
        profile.measured(8, 1000, false);

        assertThat(profile.nanos(2)).isCloseTo(40.0, ROUNDED);
        assertThat(profile.nanos(8)).isCloseTo(80.0, ROUNDED);
        profile.measured(8, 100, false);
        profile.measured(8, 100, false);
        assertThat(profile.nanos(8)).isCloseTo(80.0, ROUNDED);
        profile.measured(8, 100, false);
        assertThat(profile.nanos(8)).isCloseTo(100.0, ROUNDED);
    }

    /** A pause in the third or fourth call of a number does not make it look dear. */
    @Test
    void aSlowOneOfTheFirstCallsDoesNotCount() {
        RowProfile profile = new RowProfile(new Pace());
        measure(profile, 4, 40);

        for (double nanos : List.of(1000.0, 44.0, 48.0, 900.0)) {
            profile.measured(5, nanos, false);
        }

        assertThat(profile.nanos(5)).isCloseTo(44.0, ROUNDED);
    }

    /** Where two numbers take turns and one of them doubles, it is that one, and not the pace. */
    @Test
    void aCostThatChangesForGoodIsLearnedWithinAFewCalls() {
        RowProfile profile = new RowProfile(new Pace());
        for (int call = 0; call < 1000; call++) {
            profile.measured(4, 40, false);
            profile.measured(8, 72, false);
        }

        for (int call = 0; call < 5; call++) {
            profile.measured(4, 40, false);
            profile.measured(8, 144, false);
        }

        assertThat(profile.nanos(4)).isCloseTo(40, withinPercentage(10));
        assertThat(profile.nanos(8)).isCloseTo(144, withinPercentage(10));
    }

    /** As costs may have changed in the meantime, whether that number is followed or not. */
    @Test
    void whatWasNotCalledForLongIsLearnedAnewWithinAFewCalls() {
        Pace pace = new Pace();
        RowProfile profile = new RowProfile(pace);
        RowProfile others = new RowProfile(pace);
        measure(profile, 8, 72);
        for (int call = 0; call < 200_000; call++) {
            others.measured(1 + call % 100, 50, false);
        }

        for (int call = 0; call < 4; call++) {
            others.measured(1 + call, 50, false);
            profile.measured(8, 108, false);
        }

        assertThat(profile.nanos(8)).isCloseTo(108, withinPercentage(10));
    }

    @Test
    void itStopsWhereMoreRowsCostMoreEach() {
        IntToDoubleFunction cliff = rows -> rows <= 6 ? 10e6 + 1e6 * rows : 10e6 + 9e6 * rows;

        assertThat(rate(40, 1, cliff, 2000)).isGreaterThan(0.97 * 6 / cliff.applyAsDouble(6));
    }

    @Test
    void itLearnsThatADeviceHasChanged() {
        RowProfile profile = learned(rows -> 1e6 + 10e6 * rows * rows);
        int before = choose(waiting(40, 1, 1), profile);

        int rows = before;
        for (int call = 0; call < 40_000; call++) {
            rows = RowChoice.first(waiting(40, 1, 1), profile, 0, 16, call, false);
            profile.measured(rows, wide(rows), false);
        }

        assertThat(before).isEqualTo(1);
        assertThat(rows).isGreaterThanOrEqualTo(8);
    }

    @Test
    void itTakesNoMoreThanFits() {
        assertThat(RowChoice.first(waiting(40, 2, 1), learned(RowChoiceTest::cpu), 0, 8, 0, false))
                .isEqualTo(4);
        assertThat(RowChoice.first(waiting(40, 3, 1), learned(RowChoiceTest::cpu), 0, 1, 0, false))
                .isEqualTo(1);
    }

    @Test
    void aShortJobsCallIsNotMadeLongerByLongJobsRows() {
        List<RowChoice.Candidate> shortFirst = waiting(10, 2, 1.0 / 50);
        shortFirst.add(0, new RowChoice.Candidate(2, 1.0 / 4));

        assertThat(choose(shortFirst, learned(RowChoiceTest::cpu))).isEqualTo(1);
    }

    @Test
    void longJobsRowsJoinAShortJobsCallWhereThatCostsNothing() {
        List<RowChoice.Candidate> shortFirst = waiting(10, 1, 1.0 / 50);
        shortFirst.add(0, new RowChoice.Candidate(1, 1.0 / 4));

        assertThat(choose(shortFirst, learned(RowChoiceTest::wide))).isEqualTo(8);
    }

    @Test
    void onACrowdedDeviceLongJobsRowsJoinWhereRowsASecondGrowByIt() {
        List<RowChoice.Candidate> shortFirst = waiting(10, 2, 1.0 / 50);
        shortFirst.add(0, new RowChoice.Candidate(2, 1.0 / 4));
        RowProfile costly = learned(rows -> 10e6 + 4e6 * rows);

        assertThat(RowChoice.first(shortFirst, costly, 0, Integer.MAX_VALUE, 0, false))
                .isEqualTo(1);
        int crowded = RowChoice.first(shortFirst, costly, 0, Integer.MAX_VALUE, 0, true);
        assertThat(2 * crowded / costly.nanos(2 * crowded)).isGreaterThan(0.95 * 22 / costly.nanos(22));
    }

    /** Calls of 16 rows and more cost alike for a row; those that are left would make a call of 4. */
    @Test
    void onACrowdedDeviceNothingIsLeftForACallThatWouldNotPay() {
        RowProfile profile = learned(rows -> 10e6 + 4e6 * Math.max(8, rows));
        measure(profile, 32, 10e6 + 4e6 * 32);
        List<RowChoice.Candidate> longer = waiting(20, 1, 1.0 / 50);
        longer.add(0, new RowChoice.Candidate(1, 1));

        assertThat(RowChoice.first(longer, profile, 0, 64, 0, true)).isEqualTo(21);
        assertThat(RowChoice.first(longer, profile, 0, 20, 0, true))
                .as("all do not fit")
                .isLessThan(20);
        longer.addAll(waiting(43, 1, 1.0 / 50));
        assertThat(RowChoice.first(longer, profile, 0, 64, 0, true)).isBetween(32, 40);
    }

    /** Seven of eight equal jobs look best, as noise has it: the eighth would make as many calls of its own. */
    @Test
    void theLastOfEqualJobsIsNotLeftOutWhereACallOfItsOwnCostsMore() {
        RowProfile profile = learned(RowChoiceTest::cpu);
        measure(profile, 14, 0.98 * cpu(14));
        List<RowChoice.Candidate> equal = waiting(8, 2, 1.0 / 50);

        assertThat(choose(equal, profile)).isEqualTo(8);
        equal.set(7, new RowChoice.Candidate(2, 1.0 / 200));
        assertThat(choose(equal, profile)).as("the last gains little by it").isEqualTo(7);
        assertThat(choose(waiting(8, 2, 1), learned(rows -> (rows < 16 ? 1 : 1.2) * cpu(rows))))
                .as("two calls cost less")
                .isEqualTo(6);
    }

    /** As noise has it, four of eight equal jobs look best by themselves: the others would make as many calls again. */
    @Test
    void halfOfEqualJobsAreNotLeftOutWhereACallOfTheirOwnCostsMore() {
        RowProfile profile = learned(rows -> 5e6 + 10e6 * rows);
        measure(profile, 8, 0.98 * (5e6 + 10e6 * 8));
        measure(profile, 16, 1.02 * (5e6 + 10e6 * 16));

        assertThat(choose(waiting(8, 2, 1), profile)).isEqualTo(8);
        List<RowChoice.Candidate> withoutGuidanceFirst = new ArrayList<>(waiting(2, 1, 1));
        withoutGuidanceFirst.addAll(waiting(6, 2, 1));
        assertThat(choose(withoutGuidanceFirst, profile)).isEqualTo(8);
    }

    /** Priority 8 is worth half of 9: it waits for it, however little it costs to take it along. */
    @Test
    void jobsOfALowerPriorityDoNotMakeAMoreUrgentOnesCallLonger() {
        RowProfile profile = learned(RowChoiceTest::cpu);
        List<RowChoice.Candidate> candidates = new ArrayList<>(waiting(1, 2, 2));
        candidates.addAll(waiting(7, 2, 1));

        assertThat(choose(candidates, profile)).isEqualTo(1);
    }

    /** Once in a while a number that looks dear is called again, with no more rows than that. */
    @Test
    void whatLooksDearIsCalledAgainInAWhile() {
        RowProfile profile = new RowProfile(new Pace());
        Map<Integer, Double> costs = Map.of(2, 12e6, 4, 14e6, 6, 16e6, 8, 18e6, 10, 60e6, 16, 40e6);
        new TreeMap<>(costs).forEach((rows, nanos) -> measure(profile, rows, nanos));
        Set<Integer> chosen = new HashSet<>();
        for (int choice = 0; choice < 256; choice++) {
            chosen.add(RowChoice.first(waiting(8, 2, 1), profile, 0, 64, choice, false));
        }

        assertThat(chosen).containsExactlyInAnyOrder(4, 5);
    }

    /** A number that was last called long ago is doubted, not the pace that all the others show. */
    @Test
    void whatWasLearnedLongAgoIsDoubted() {
        Pace pace = new Pace();
        RowProfile large = new RowProfile(pace);
        RowProfile small = new RowProfile(pace);
        measure(large, 4, 180);
        measure(small, 4, 50);
        for (int call = 0; call < 30_000; call++) {
            small.measured(4, 90, false);
        }
        for (int call = 0; call < 10; call++) {
            large.measured(4, 324, false);
        }

        assertThat(large.nanos(4)).isCloseTo(324, withinPercentage(5));
        assertThat(small.nanos(4)).isCloseTo(90, withinPercentage(10));
    }

    /** A pace that changes again and again while one number is called is no matter of that number's cost. */
    @Test
    void aPaceThatChangesLeavesTheProportionOfCostsAsItWas() {
        RowProfile profile = new RowProfile(new Pace());
        for (int call = 0; call < 400; call++) {
            profile.measured(call % 2 == 0 ? 4 : 8, cpu(call % 2 == 0 ? 4 : 8), false);
        }

        double slow = 1;
        for (int phase = 0; phase < 9; phase++) {
            slow = slow == 1 ? 1 / 0.75 : 1;
            for (int call = 0; call < 30; call++) {
                profile.measured(8, slow * cpu(8), false);
            }
        }

        assertThat(profile.nanos(4) / profile.nanos(8)).isCloseTo(cpu(4) / cpu(8), withinPercentage(1));
        assertThat(profile.nanos(8)).isCloseTo(slow * cpu(8), withinPercentage(1));
    }

    /** While the JVM warms up all calls take longer, and which numbers of rows come then is chance. */
    @Test
    void whatWasMeasuredWhileTheDeviceWasSlowIsSeenInItsProportionLater() {
        Random random = new Random(1);
        RowProfile profile = new RowProfile(new Pace());
        int call = 0;
        List<Integer> runs = List.of(1, 4, 6, 8, 2, 6, 12, 8, 4, 12, 2, 8, 6, 4, 2, 12, 8, 2, 4, 6, 12, 8);
        for (int rows : runs) {
            for (int i = 0; i < 15; i++) {
                double slow = 1 + 1.5 * Math.exp(-call++ / 30.0);
                profile.measured(rows, slow * cpu(rows) * Math.exp(0.03 * random.nextGaussian()), false);
            }
        }

        for (int rows : List.of(2, 4, 6, 12)) {
            assertThat(profile.nanos(rows) / profile.nanos(8))
                    .as(rows + " rows to 8")
                    .isCloseTo(cpu(rows) / cpu(8), withinPercentage(8));
        }
    }

    /** From one second to the next the device takes twice as long for everything. */
    @Test
    void aDeviceThatIsSlowForAWhileDoesNotMakeWhatIsMeasuredThenLookDear() {
        RowProfile profile = learned(RowChoiceTest::cpu);
        double few = profile.nanos(4);
        for (int call = 0; call < 20; call++) {
            profile.measured(16, 2 * cpu(16), false);
        }

        assertThat(profile.nanos(16)).isCloseTo(2 * cpu(16), withinPercentage(5));
        assertThat(profile.nanos(4)).isCloseTo(2 * few, withinPercentage(10));
        assertThat(RowChoice.first(waiting(8, 2, 1), profile, 0, 64, 0, true)).isGreaterThanOrEqualTo(7);
    }

    /** Where a job has ended, the decoder was called before the next, smaller call: half of the calls of each number. */
    @Test
    void callsAfterAnotherNetworksDoNotMakeWhatIsCalledThenLookDear() {
        RowProfile profile = learned(RowChoiceTest::cpu);
        for (int call = 0; call < 40; call++) {
            profile.measured(16, cpu(16), false);
            profile.measured(8, 1.3 * cpu(8), true);
        }

        assertThat(profile.nanos(8)).isCloseTo(cpu(8), withinPercentage(5));
    }

    /** As while something else had the cores. */
    @Test
    void oneSlowCallHardlyCounts() {
        RowProfile profile = learned(RowChoiceTest::cpu);
        profile.measured(16, 300 * cpu(16), false);
        profile.measured(12, cpu(12), false);
        profile.measured(12, cpu(12), false);
        profile.measured(12, cpu(12), false);

        assertThat(profile.nanos(16) / profile.nanos(12)).isCloseTo(cpu(16) / cpu(12), withinPercentage(10));
    }

    /** Else after some hours shapes that are not called would look dearer and dearer, and after days all would be infinite. */
    @Test
    void noiseDoesNotCarryThePaceAway() {
        Random random = new Random(1);
        Pace pace = new Pace();
        RowProfile profile = new RowProfile(pace);
        for (int call = 0; call < 200_000; call++) {
            int rows = 1 << random.nextInt(5);
            boolean cold = random.nextInt(4) == 0;
            profile.measured(rows, cpu(rows) * Math.exp(0.2 * random.nextGaussian()) * (cold ? 1.3 : 1), cold);
        }

        assertThat(pace.slowness()).isBetween(0.5, 2.0);
        assertThat(profile.nanos(16) / profile.nanos(4)).isCloseTo(cpu(16) / cpu(4), withinPercentage(15));
        profile.measured(4, 0, false);
        profile.measured(4, Double.POSITIVE_INFINITY, false);
        assertThat(profile.nanos(4)).isBetween(cpu(4) / 4, 4 * cpu(4));
    }

    /** The machine had other work while 12 rows were measured. */
    @Test
    void onACrowdedDeviceOneSlowMeasurementDoesNotKeepLargerCallsFromBeingTried() {
        RowProfile profile = new RowProfile(new Pace());
        for (int rows : new int[] {1, 2, 4, 8, 12}) {
            for (int i = 0; i < 3; i++) {
                profile.measured(rows, rows == 12 ? 60e6 : 1e6 + 2e6 * rows, false);
            }
        }
        List<RowChoice.Candidate> many = Collections.nCopies(64, new RowChoice.Candidate(1, 1));
        int largest = 0;
        for (int choice = 0; choice < 64; choice++) {
            int rows = RowChoice.first(many, profile, 0, 64, choice, true);
            profile.measured(rows, 1e6 + 2e6 * rows, false);
            largest = Math.max(largest, rows);
        }

        assertThat(largest).isEqualTo(64);
    }

    @Test
    void onACrowdedDeviceACallIsNoLongerThanRowsASecondAskFor() {
        List<RowChoice.Candidate> shortFirst = waiting(10, 2, 1.0 / 50);
        shortFirst.add(0, new RowChoice.Candidate(2, 1.0 / 4));

        assertThat(RowChoice.first(shortFirst, learned(rows -> 5e6 * rows), 0, Integer.MAX_VALUE, 0, true))
                .isEqualTo(1);
    }

    @Test
    void jobsOfOneLengthShareCallsAsWideAsPays() {
        assertThat(choose(waiting(8, 2, 1.0 / 50), learned(RowChoiceTest::cpu))).isEqualTo(8);
    }

    @Test
    void rungsGrowByAboutAThirdOrAHalf() {
        List<Integer> rungs = new ArrayList<>();
        for (int rung = 1; rung < 50; rung = RowLadder.above(rung)) {
            rungs.add(rung);
        }

        assertThat(rungs).containsExactly(1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48);
        assertThat(RowLadder.atLeast(5)).isEqualTo(6);
        assertThat(RowLadder.atLeast(8)).isEqualTo(8);
    }

    @Test
    void whatACallCostsIsTakenFromItsNeighbours() {
        RowProfile profile = new RowProfile(new Pace());
        profile.measured(2, 20, false);
        profile.measured(4, 30, false);

        assertThat(profile.nanos(3)).isCloseTo(25.0, ROUNDED);
        assertThat(profile.nanos(6)).isCloseTo(40.0, ROUNDED);
        assertThat(profile.nanos(1)).isCloseTo(10.0, ROUNDED);
    }

    /** What a call leads to besides is shared by its rows, as what the call itself costs whatever its rows. */
    @Test
    void whereMuchPassesAroundACallItHasMoreRows() {
        List<RowChoice.Candidate> waiting = waiting(16, 1, 1);
        RowProfile even = learned(rows -> 1e6 * rows);
        List<RowChoice.Candidate> shortFirst = new ArrayList<>(waiting(1, 2, 25));
        shortFirst.addAll(waiting);

        assertThat(RowChoice.first(shortFirst, even, 0, Integer.MAX_VALUE, 0, false))
                .isEqualTo(1);
        assertThat(RowChoice.first(shortFirst, even, 100e6, Integer.MAX_VALUE, 0, false))
                .isGreaterThan(8);
    }
}
