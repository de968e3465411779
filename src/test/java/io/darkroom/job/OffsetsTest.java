package io.darkroom.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class OffsetsTest {
    private final Offsets offsets = new Offsets();

    @Test
    void onlyAPrefixIsCommitted() {
        List.of(10L, 11L, 12L).forEach(offsets::received);

        offsets.settled(12);
        Optional<Offsets.Commit> first = offsets.toCommit();
        offsets.settled(10);
        Optional<Offsets.Commit> second = offsets.toCommit();
        offsets.settled(11);

        assertThat(first).contains(commit(10, 12));
        assertThat(second).contains(commit(11, 12));
        assertThat(offsets.toCommit()).contains(commit(13));
    }

    @Test
    void whatIsSettledAboveThePrefixIsKnown() {
        List.of(10L, 11L, 12L, 20L).forEach(offsets::received);

        offsets.settled(20);
        offsets.settled(11);

        assertThat(offsets.toCommit()).contains(commit(10, 11, 20));
        assertThat(offsets.inFlight()).isEqualTo(2);
    }

    @Test
    void aCommitIsAskedForOnce() {
        offsets.received(0);
        offsets.settled(0);

        offsets.committed(offsets.toCommit().orElseThrow());

        assertThat(offsets.toCommit()).isEmpty();
    }

    @Test
    void wherePartitionsBeginAgainThatIsDueBeforeAnythingHasEnded() {
        Offsets anew = Offsets.anew(3);
        anew.received(3);

        assertThat(anew.toCommit()).contains(commit(3));
        anew.committed(anew.toCommit().orElseThrow());
        assertThat(anew.toCommit()).isEmpty();
    }

    @Test
    void aCommitFromBeforeThePartitionBeganAgainSaysNothingOfWhatComesNow() {
        Offsets anew = Offsets.anew(0);
        anew.received(0);

        anew.committed(commit(500));

        assertThat(anew.received(1)).isEqualTo(Offsets.Receipt.NEW);
        assertThat(anew.toCommit()).contains(commit(0));
    }

    @Test
    void gapsDoNotHoldUpThePrefix() {
        offsets.received(5);
        offsets.received(9);

        offsets.settled(5);

        assertThat(offsets.toCommit()).contains(commit(9));
    }

    @Test
    void aRecordThatComesAgainWhileItIsOpenIsOne() {
        offsets.received(5);
        offsets.received(5);

        offsets.settled(5);

        assertThat(offsets.toCommit()).contains(commit(6));
        assertThatThrownBy(() -> offsets.received(4)).hasMessageContaining("below the committed 5");
    }

    @Test
    void inAnyOrderTheCommitIsTheFirstThatIsNotSettled() {
        Random random = new Random(1);
        List<Long> order = new ArrayList<>();
        for (long i = 0; i < 200; i++) {
            offsets.received(i);
            order.add(i);
        }
        Collections.shuffle(order, random);

        for (int i = 0; i < order.size(); i++) {
            offsets.settled(order.get(i));
            long expected = order.subList(i + 1, order.size()).stream()
                    .min(Long::compare)
                    .orElse(200L);

            assertThat(offsets.toCommit().map(Offsets.Commit::offset)).contains(expected);
        }
    }

    @Test
    void whatAnEarlierOwnerSettledIsNotDoneAgain() {
        Offsets second = new Offsets(commit(10, 12, 13));

        assertThat(second.received(10)).isEqualTo(Offsets.Receipt.NEW);
        assertThat(second.received(11)).isEqualTo(Offsets.Receipt.NEW);
        assertThat(second.received(12)).isEqualTo(Offsets.Receipt.SETTLED);
        second.settled(11);
        second.settled(10);

        assertThat(second.toCommit()).contains(commit(13, 13));
        assertThat(second.received(13)).isEqualTo(Offsets.Receipt.SETTLED);
        assertThat(second.toCommit()).contains(commit(14));
    }

    @Test
    void whatIsBegunIsToldWithACommitAndIsWorthOneOnlyNowAndThen() {
        List.of(10L, 11L, 12L).forEach(offsets::received);
        offsets.settled(10);
        offsets.begun(12);
        offsets.begun(99);

        Offsets.Commit first = offsets.toCommit().orElseThrow();
        offsets.committed(first);
        offsets.begun(11);
        Optional<Offsets.Commit> notYet = offsets.toCommit();
        offsets.tellBegun();
        Optional<Offsets.Commit> told = offsets.toCommit();
        offsets.committed(told.orElseThrow());

        assertThat(first).isEqualTo(new Offsets.Commit(11, List.of(), List.of(12L)));
        assertThat(notYet).isEmpty();
        assertThat(told).contains(new Offsets.Commit(11, List.of(), List.of(11L, 12L)));
        assertThat(offsets.toCommit()).isEmpty();
    }

    @Test
    void whatAnEarlierOwnerBeganIsToldUntilItIsSettled() {
        Offsets second = new Offsets(new Offsets.Commit(10, List.of(), List.of(11L, 13L)));

        assertThat(second.received(10)).isEqualTo(Offsets.Receipt.NEW);
        assertThat(second.received(11)).isEqualTo(Offsets.Receipt.BEGUN);
        second.settled(11);

        assertThat(second.toCommit()).contains(new Offsets.Commit(10, List.of(11L), List.of(13L)));
        assertThat(second.toCommitWith(Set.of(10L))).isEqualTo(new Offsets.Commit(12, List.of(), List.of(13L)));
    }

    private static Offsets.Commit commit(long offset, long... settledAbove) {
        return new Offsets.Commit(offset, LongStream.of(settledAbove).boxed().toList(), List.of());
    }
}
