package io.darkroom.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.Offsets;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CommitMetadataTest {
    private static final String TOPIC = "nMAtE2qGRFinn6IzVjcnbg";

    @Test
    void isReadAsItWasWritten() {
        Random random = new Random(1);
        for (int round = 0; round < 100; round++) {
            long offset = random.nextLong(1L << 50);
            List<Long> above = LongStream.range(1, 300)
                    .filter(i -> random.nextInt(3) == 0)
                    .map(i -> offset + i)
                    .boxed()
                    .toList();
            Offsets.Commit commit = new Offsets.Commit(offset, above);

            assertThat(CommitMetadata.read(TOPIC, offset, CommitMetadata.write(TOPIC, commit)))
                    .isEqualTo(commit);
        }
    }

    @Test
    void neverExceedsWhatABrokerTakesAndLeavesOutTheHighest() {
        List<Long> scattered =
                LongStream.range(1, 5000).map(i -> 7 + 2 * i).boxed().toList();

        String text = CommitMetadata.write(TOPIC, new Offsets.Commit(7, scattered));
        List<Long> read = CommitMetadata.read(TOPIC, 7, text).settledAbove();

        assertThat(text.length()).isBetween(CommitMetadata.LIMIT - 10, CommitMetadata.LIMIT);
        assertThat(read).isEqualTo(scattered.subList(0, read.size())).hasSizeGreaterThan(700);
    }

    @Test
    void anotherTopicsOrAnybodyElsesTextSaysNothing() {
        Offsets.Commit nothing = new Offsets.Commit(7, List.of());

        for (String text : List.of(
                "",
                "darkroom/1 " + TOPIC + " ",
                "darkroom/1 another 1-2",
                "darkroom/2 " + TOPIC + " 1",
                "x y z",
                "a b 1-",
                "darkroom/1 " + TOPIC + " 1-x",
                "darkroom/1 " + TOPIC + " 1,,2",
                "darkroom/1 " + TOPIC + " 3-1",
                "darkroom/1 " + TOPIC + " 1-9223372036854775807")) {
            assertThat(CommitMetadata.read(TOPIC, 7, text)).as(text).isEqualTo(nothing);
        }
    }
}
