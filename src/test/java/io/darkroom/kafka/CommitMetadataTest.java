package io.darkroom.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.Offsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
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
            Map<Boolean, List<Long>> settled =
                    above.stream().collect(Collectors.partitioningBy(i -> random.nextBoolean()));
            Offsets.Commit commit = new Offsets.Commit(
                    offset, settled.getOrDefault(true, List.of()), settled.getOrDefault(false, List.of()));

            assertThat(CommitMetadata.read(TOPIC, offset, CommitMetadata.write(TOPIC, commit)))
                    .isEqualTo(commit);
        }
    }

    @Test
    void neverExceedsWhatABrokerTakesAndLeavesOutTheHighest() {
        List<Long> scattered =
                LongStream.range(1, 5000).map(i -> 7 + 2 * i).boxed().toList();

        String text = CommitMetadata.write(TOPIC, new Offsets.Commit(7, scattered, scattered));
        List<Long> read = CommitMetadata.read(TOPIC, 7, text).settledAbove();

        assertThat(text.length()).isBetween(CommitMetadata.LIMIT - 10, CommitMetadata.LIMIT);
        assertThat(read).isEqualTo(scattered.subList(0, read.size())).hasSizeGreaterThan(700);
    }

    @Test
    void whatAnEarlierReleaseWroteIsRead() {
        assertThat(CommitMetadata.read(TOPIC, 7, "darkroom/1 " + TOPIC + " 2-3,5"))
                .isEqualTo(new Offsets.Commit(7, List.of(9L, 10L, 12L), List.of()));
    }

    @Test
    void whatIsSettledGoesBeforeWhatIsBegun() {
        List<Long> scattered =
                LongStream.range(1, 700).map(i -> 7 + 2 * i).boxed().toList();
        List<Long> others = LongStream.range(1, 700).map(i -> 8 + 2 * i).boxed().toList();

        String text = CommitMetadata.write(TOPIC, new Offsets.Commit(7, scattered, others));
        Offsets.Commit read = CommitMetadata.read(TOPIC, 7, text);

        assertThat(text.length()).isBetween(CommitMetadata.LIMIT - 10, CommitMetadata.LIMIT);
        assertThat(read.settledAbove()).isEqualTo(scattered);
        assertThat(read.begun())
                .isEqualTo(others.subList(0, read.begun().size()))
                .isNotEmpty();
    }

    @Test
    void anotherTopicsOrAnybodyElsesTextSaysNothing() {
        Offsets.Commit nothing = Offsets.Commit.at(7);

        for (String text : List.of(
                "",
                "darkroom/1 " + TOPIC + " ",
                "darkroom/1 another 1-2",
                "darkroom/2 " + TOPIC + " 1",
                "darkroom/2 " + TOPIC + " 1 2-",
                "darkroom/2 " + TOPIC + " 1 2 3",
                "darkroom/2 another 1-2 3",
                "darkroom/3 " + TOPIC + " 1 2",
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
