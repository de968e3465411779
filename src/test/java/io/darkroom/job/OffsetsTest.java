package io.darkroom.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class OffsetsTest {
    private final Offsets offsets = new Offsets();

    @Test
    void onlyAPrefixIsCommitted() {
        List.of(10L, 11L, 12L).forEach(offsets::received);

        offsets.settled(12);
        OptionalLong first = offsets.toCommit();
        offsets.settled(10);
        OptionalLong second = offsets.toCommit();
        offsets.settled(11);

        assertThat(first).isEmpty();
        assertThat(second).hasValue(11);
        assertThat(offsets.toCommit()).hasValue(13);
        assertThat(offsets.settledAbove()).isEmpty();
    }

    @Test
    void whatIsSettledAboveThePrefixIsKnown() {
        List.of(10L, 11L, 12L, 20L).forEach(offsets::received);

        offsets.settled(20);
        offsets.settled(11);

        assertThat(offsets.settledAbove()).containsExactly(11L, 20L);
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
    void gapsDoNotHoldUpThePrefix() {
        offsets.received(5);
        offsets.received(9);

        offsets.settled(5);

        assertThat(offsets.toCommit()).hasValue(9);
    }

    @Test
    void aRecordThatComesAgainWhileItIsOpenIsOne() {
        offsets.received(5);
        offsets.received(5);

        offsets.settled(5);

        assertThat(offsets.toCommit()).hasValue(6);
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

            assertThat(offsets.toCommit().orElse(0)).isEqualTo(expected);
        }
    }
}
