package io.darkroom.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestWindowTest {
    private final List<String> told = new ArrayList<>();
    private final TopicPause pause = new TopicPause() {
        @Override
        public void pause(String topic) {
            told.add("pause " + topic);
        }

        @Override
        public void resume(String topic) {
            told.add("resume " + topic);
        }
    };

    @Test
    void pausesATopicThatHoldsItsNumberOfRequests() {
        RequestWindow window = new RequestWindow(2, 1000, pause);

        window.taken("bulk", 1);
        assertThat(told).isEmpty();
        window.taken("bulk", 1);

        assertThat(told).containsExactly("pause bulk");
    }

    @Test
    void takesFromOtherTopicsWhileOneIsFull() {
        RequestWindow window = new RequestWindow(1, 1000, pause);
        window.taken("bulk", 1);

        var room = window.taken("urgent", 1).toCompletableFuture();

        assertThat(room).isDone();
        assertThat(told).containsExactly("pause bulk", "pause urgent");
    }

    @Test
    void goesOnWithATopicWhenOneOfItsRequestsHasEnded() {
        RequestWindow window = new RequestWindow(1, 1000, pause);
        window.taken("bulk", 1);
        window.taken("urgent", 1);

        window.ended("bulk", 1);

        assertThat(told).containsExactly("pause bulk", "pause urgent", "resume bulk");
    }

    @Test
    void takesNothingAndResumesNothingWhileCancellationsMayHaveComeThatAreNotRead() {
        RequestWindow window = new RequestWindow(1, 1000, pause);
        window.taken("bulk", 1);
        window.behind(true);

        var room = window.taken("urgent", 1).toCompletableFuture();
        window.ended("bulk", 1);
        assertThat(room).isNotDone();
        assertThat(told).containsExactly("pause bulk", "pause urgent");

        window.behind(false);
        assertThat(room).isDone();
        assertThat(told).containsExactly("pause bulk", "pause urgent", "resume bulk");
    }

    @Test
    void countsBytesToo() {
        RequestWindow window = new RequestWindow(100, 10, pause);
        window.taken("bulk", 6);
        window.taken("bulk", 6);
        assertThat(told).containsExactly("pause bulk");

        window.ended("bulk", 6);

        assertThat(told).containsExactly("pause bulk", "resume bulk");
    }

    @Test
    void pausesAgainWhatStillComes() {
        RequestWindow window = new RequestWindow(1, 1000, pause);
        window.taken("bulk", 1);

        window.taken("bulk", 1);
        window.ended("bulk", 1);

        assertThat(told).containsExactly("pause bulk", "pause bulk");
    }

    @Test
    void takesNothingWhileTheSurroundingsAreAtFault() {
        RequestWindow window = new RequestWindow(10, 1000, pause);
        window.pause("the store is down");

        var room = window.taken("bulk", 1).toCompletableFuture();

        assertThat(room).isNotDone();
        window.resume();
        assertThat(room).isDone();
    }

    @Test
    void goesOnWithATopicOnlyOnceTheSurroundingsAreWell() {
        RequestWindow window = new RequestWindow(1, 1000, pause);
        window.taken("bulk", 1);
        window.pause("the store is down");

        window.ended("bulk", 1);
        assertThat(told).containsExactly("pause bulk");
        window.resume();

        assertThat(told).containsExactly("pause bulk", "resume bulk");
    }

    @Test
    void takesNothingOnceItIsClosed() {
        RequestWindow window = new RequestWindow(10, 1000, pause);
        window.close();

        var room = window.taken("bulk", 1).toCompletableFuture();
        window.resume();

        assertThat(room).isNotDone();
    }
}
