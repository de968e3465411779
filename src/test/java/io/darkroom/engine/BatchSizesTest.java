package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.model.BuiltInModels;
import io.darkroom.model.DeviceMemoryException;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.pipeline.Families;
import io.darkroom.pipeline.Pipeline;
import io.darkroom.pipeline.TorchNoise;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class BatchSizesTest {
    private static final long MIB = 1 << 20;

    private final FakeMemory memory = new FakeMemory();
    private final BatchSizes sizes = new BatchSizes(64, memory);
    private final Pipeline pipeline = Families.planner(BuiltInModels.starter())
            .open(new HandDevice(), new TorchNoise(TorchGenerator.DEFAULT_CUDA_THREADS));
    private final Shape small = new Shape(pipeline, "small", 1_000);
    private final Shape large = new Shape(pipeline, "large", 16_000);

    /** A device's memory; what a call takes it keeps. */
    private static final class FakeMemory implements Memory {
        long free = 1_000 * MIB;
        boolean kills = true;
        int asked;

        @Override
        public boolean kills() {
            return kills;
        }

        @Override
        public OptionalLong free() {
            asked++;
            return OptionalLong.of(free);
        }

        @Override
        public OptionalLong limit() {
            return OptionalLong.of(1_000 * MIB);
        }
    }

    private static List<RowChoice.Candidate> waiting(int jobs) {
        return Collections.nCopies(jobs, new RowChoice.Candidate(1, 1));
    }

    /** A call on a device on which more rows pay; each row beyond the largest call so far takes so many MiB. */
    private int call(Shape shape, int jobs, long mibARow, int largest) {
        int rows = sizes.choose(shape, waiting(jobs), false);
        sizes.calling(shape, rows);
        memory.free -= Math.max(0, rows - largest) * mibARow * MIB;
        sizes.called(shape, rows, 1e6 + rows);
        return rows;
    }

    @Test
    void callsGrowUntilTheMemoryThatRowsWereSeenToNeedIsUsed() {
        int largest = 0;
        for (int i = 0; i < 30; i++) {
            largest = Math.max(largest, call(small, 60, 50, largest));
        }

        // 20 rows of 50 MiB are all there is, of which a fifth of what is left is never used.
        assertThat(largest).isBetween(12, 19);
        assertThat(memory.free).isPositive();
    }

    @Test
    void aShapeThatWasFullIsHalvedAndTriedAgainMuchLater() {
        for (int i = 0; i < 10; i++) {
            call(small, 16, 0, 0);
        }
        assertThat(sizes.choose(small, waiting(16), false)).isEqualTo(16);

        sizes.full(small, 16);

        assertThat(sizes.choose(small, waiting(16), false)).isEqualTo(8);
        for (int i = 0; i < 600; i++) {
            sizes.called(small, 8, 1e6);
        }
        assertThat(sizes.choose(small, waiting(16), false)).isEqualTo(12);
    }

    /** Some hours of calls. */
    @Test
    void aShapeThatWasFullOnceIsAtLastAsItWas() {
        for (int i = 0; i < 10; i++) {
            call(small, 16, 0, 0);
        }
        sizes.full(small, 16);

        for (int i = 0; i < 40_000; i++) {
            sizes.called(small, 16, 1e6);
        }

        assertThat(sizes.choose(small, waiting(16), false)).isEqualTo(16);
        assertThat(sizes.isTooMany(small, 64)).isFalse();
    }

    @Test
    void aDeviceThatSaysItselfWhatIsTooMuchIsNotAskedForItsMemoryAtEachChoice() {
        memory.kills = false;
        int largest = 0;
        for (int i = 0; i < 30; i++) {
            largest = Math.max(largest, call(small, 60, 50, largest));
        }
        int before = memory.asked;

        for (int i = 0; i < 64; i++) {
            assertThat(sizes.choose(small, waiting(60), false)).isLessThan(20);
        }

        assertThat(memory.asked).isBetween(before + 1, before + 2);
    }

    /** A network's first call, in whose time the heap grew. */
    private void measuredFarTooMuch() {
        sizes.calling(small, 2);
        memory.free -= 700 * MIB;
        sizes.called(small, 2, 1e6);
        assertThat(sizes.choose(small, waiting(16), false)).isEqualTo(2);
    }

    @Test
    void whatWasMeasuredIsMeasuredAgainOnceItWasGivenBack() {
        measuredFarTooMuch();
        sizes.shrunk();
        memory.free += 600 * MIB;

        assertThat(call(small, 16, 25, 0)).isEqualTo(2);
        // Of the first measurement no third row would fit into what is free, of what counts now one does.
        memory.free = 250 * MIB;

        assertThat(sizes.choose(small, waiting(16), false)).isGreaterThan(2);
    }

    @Test
    void aDeviceThatSaysItselfWhatIsTooMuchIsTriedAgainAfterManyCalls() {
        memory.kills = false;
        measuredFarTooMuch();

        for (int i = 0; i < 600; i++) {
            sizes.called(small, 2, 1e6);
        }

        assertThat(sizes.choose(small, waiting(16), false)).isGreaterThan(2);
    }

    @Test
    void whatFittedBeforeIsTightWhereOthersHaveTakenTheMemoryThatWasGivenBack() {
        call(small, 1, 80, 0);
        call(small, 2, 80, 1);
        sizes.shrunk();
        assertThat(sizes.isTight(small)).isFalse();

        memory.free = 70 * MIB;

        assertThat(sizes.isTight(small)).isTrue();
    }

    @Test
    void whatCannotFitAloneIsRefusedWithTheFiguresBeforeItIsTried() {
        call(small, 1, 200, 0);
        call(small, 2, 80, 1);

        assertThatThrownBy(() -> sizes.require(large))
                .isInstanceOf(DeviceMemoryException.class)
                .hasMessageContaining("large")
                .hasMessageContaining("1280 MiB")
                .hasMessageContaining("720 of 1000 MiB");
    }

    @Test
    void whatIsTooFarFromAllThatWasRunIsTried() {
        call(small, 1, 80, 0);
        call(small, 2, 80, 1);

        assertThatCode(() -> sizes.require(new Shape(pipeline, "huge", 64_000))).doesNotThrowAnyException();
    }

    @Test
    void whatMayFitIsTried() {
        call(small, 1, 2, 0);
        call(small, 2, 2, 1);

        assertThatCode(() -> sizes.require(large)).doesNotThrowAnyException();
    }

    @Test
    void whatADeviceItselfSaysTooMuchToIsTriedWhateverIsGuessed() {
        call(small, 1, 80, 0);
        call(small, 2, 80, 1);
        memory.kills = false;

        assertThatCode(() -> sizes.require(large)).doesNotThrowAnyException();
    }

    /** It also takes what every call of the network does, so that nothing follows from it for larger pictures. */
    @Test
    void nothingIsGuessedFromANetworksFirstCall() {
        call(small, 1, 80, 0);

        assertThatCode(() -> sizes.require(large)).doesNotThrowAnyException();
    }

    @Test
    void whereMemoryWasGivenBackAndOthersTookItCallsAreSmaller() {
        int largest = 0;
        for (int i = 0; i < 30; i++) {
            largest = Math.max(largest, call(small, 60, 50, largest));
        }

        sizes.shrunk();
        memory.free = 400 * MIB;

        assertThat(sizes.choose(small, waiting(60), false)).isBetween(1, 8);
        memory.free = 1_000 * MIB;
        assertThat(sizes.choose(small, waiting(60), false)).isBetween(12, largest);
    }

    @Test
    void nothingIsRefusedWhereTheDeviceSaysNothing() {
        BatchSizes blind = new BatchSizes(8, Memory.UNKNOWN);

        blind.calling(small, 1);
        blind.called(small, 1, 1e6);

        assertThatCode(() -> blind.require(large)).doesNotThrowAnyException();
        assertThat(blind.figures(large, 1)).isEqualTo("1 row of large");
    }
}
