package io.darkroom.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.EventType;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RenderBoardTest {
    private final RenderBoard board = new RenderBoard(3, 1000);

    @Test
    void tellsTheStepOfAJobThatRuns() {
        board.queued("a", 1);

        board.event(EventType.PROGRESS, json("{\"id\":\"a\",\"step\":3,\"steps\":20,\"eta_ms\":70}"), 2);

        assertThat(board.find("a").orElseThrow())
                .hasToString("{\"id\":\"a\",\"status\":\"running\",\"step\":3,\"steps\":20,\"eta_ms\":70}");
    }

    @Test
    void aJobThatHasEndedDoesNotRunAgain() {
        board.event(EventType.COMPLETED, json("{\"id\":\"a\",\"status\":\"completed\"}"), 1);

        board.event(EventType.PROGRESS, json("{\"id\":\"a\",\"step\":20,\"steps\":20}"), 2);
        board.queued("a", 3);

        assertThat(board.find("a").orElseThrow().path("status").asText()).isEqualTo("completed");
    }

    @Test
    void aJobThatIsReplayedRunsOnceItHasStarted() {
        board.event(EventType.FAILED, json("{\"id\":\"a\",\"status\":\"failed\"}"), 10);

        board.event(EventType.STARTED, json("{\"id\":\"a\",\"steps\":20}"), 5);
        assertThat(board.find("a").orElseThrow().path("status").asText()).isEqualTo("failed");

        board.event(EventType.STARTED, json("{\"id\":\"a\",\"steps\":20}"), 11);
        board.event(EventType.PROGRESS, json("{\"id\":\"a\",\"step\":3,\"steps\":20}"), 12);
        assertThat(board.find("a").orElseThrow())
                .hasToString("{\"id\":\"a\",\"status\":\"running\",\"step\":3,\"steps\":20}");
    }

    @Test
    void listsWhatWasFirstHeardOfLastAtTheTop() {
        board.queued("a", 10);
        board.queued("c", 30);
        board.event(EventType.STARTED, json("{\"id\":\"b\",\"steps\":20}"), 20);

        board.event(EventType.COMPLETED, json("{\"id\":\"a\",\"status\":\"completed\"}"), 40);

        assertThat(board.newest(2)).extracting(job -> job.path("id").asText()).containsExactly("c", "b");
        assertThat(board.count("queued")).isEqualTo(1);
        assertThat(board.count("running")).isEqualTo(1);
    }

    @Test
    void forgetsTheJobThatWasNotAskedAboutForTheLongest() {
        board.queued("a", 1);
        board.queued("b", 2);
        board.queued("c", 3);
        board.find("a");

        board.queued("d", 4);

        assertThat(board.find("a")).isPresent();
        assertThat(board.find("b")).isEmpty();
    }

    @Test
    void forgetsLargeJobsBeforeThereAreMany() {
        String large = "\"error\":{\"message\":\"" + "x".repeat(400) + "\"}}";
        for (String id : new String[] {"a", "b", "c"}) {
            board.event(EventType.FAILED, json("{\"id\":\"" + id + "\",\"status\":\"failed\"," + large), 1);
        }

        assertThat(board.find("a")).isEmpty();
        assertThat(board.find("b")).isPresent();
        assertThat(board.count("failed")).isEqualTo(2);
    }

    @Test
    void whatTakesMoreThanTheBoardHasIsNotThere() {
        board.queued("a", 1);

        board.event(
                EventType.FAILED,
                json("{\"id\":\"a\",\"status\":\"failed\",\"reason\":\"" + "x".repeat(1000) + "\"}"),
                2);
        board.queued("b", 3);

        assertThat(board.find("a")).isEmpty();
        assertThat(board.find("b")).isPresent();
    }

    @Test
    void theSpaceOfAStateThatIsReplacedIsFree() {
        for (int step = 0; step < 100; step++) {
            board.event(EventType.PROGRESS, json("{\"id\":\"a\",\"step\":" + step + ",\"steps\":100}"), step);
        }
        board.queued("b", 200);

        assertThat(board.find("a")).isPresent();
        assertThat(board.find("b")).isPresent();
    }

    @Test
    void whatIsNoEventOfOursChangesNothing() {
        board.queued("a", 1);

        board.event(EventType.COMPLETED, json("not json"), 2);
        board.event(EventType.COMPLETED, json("[\"a\"]"), 2);
        board.event(EventType.ofCeType("com.example.other.v1"), json("{\"id\":\"a\",\"status\":\"completed\"}"), 2);

        assertThat(board.find("a").orElseThrow().path("status").asText()).isEqualTo("queued");
    }

    private static byte[] json(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
