package io.darkroom.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RenderBoardTest {
    private final RenderBoard board = new RenderBoard(3);

    @Test
    void tellsTheStepOfAJobThatRuns() {
        board.queued("a");

        board.event("io.darkroom.render.progress.v1", json("{\"id\":\"a\",\"step\":3,\"steps\":20,\"eta_ms\":70}"));

        assertThat(board.find("a").orElseThrow())
                .hasToString("{\"id\":\"a\",\"status\":\"running\",\"step\":3,\"steps\":20,\"eta_ms\":70}");
    }

    @Test
    void aJobThatHasEndedDoesNotRunAgain() {
        board.event("io.darkroom.render.completed.v1", json("{\"id\":\"a\",\"status\":\"completed\"}"));

        board.event("io.darkroom.render.progress.v1", json("{\"id\":\"a\",\"step\":20,\"steps\":20}"));
        board.queued("a");

        assertThat(board.find("a").orElseThrow().path("status").asText()).isEqualTo("completed");
    }

    @Test
    void forgetsTheJobThatWasNotAskedAboutForTheLongest() {
        board.queued("a");
        board.queued("b");
        board.queued("c");
        board.find("a");

        board.queued("d");

        assertThat(board.find("a")).isPresent();
        assertThat(board.find("b")).isEmpty();
    }

    @Test
    void whatIsNoEventOfOursChangesNothing() {
        board.queued("a");

        board.event("io.darkroom.render.completed.v1", json("not json"));
        board.event("io.darkroom.render.completed.v1", json("[\"a\"]"));
        board.event("com.example.other.v1", json("{\"id\":\"a\",\"status\":\"completed\"}"));

        assertThat(board.find("a").orElseThrow().path("status").asText()).isEqualTo("queued");
    }

    private static byte[] json(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
