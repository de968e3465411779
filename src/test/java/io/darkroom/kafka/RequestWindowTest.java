package io.darkroom.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RequestWindowTest {
    @Test
    void isOpenUntilItHoldsItsNumberOfRequests() {
        RequestWindow window = new RequestWindow(2, 1000);

        var afterFirst = window.taken(1).toCompletableFuture();
        var afterSecond = window.taken(1).toCompletableFuture();

        assertThat(afterFirst).isDone();
        assertThat(afterSecond).isNotDone();
    }

    @Test
    void opensAgainWhenARequestHasEnded() {
        RequestWindow window = new RequestWindow(1, 1000);
        var room = window.taken(1).toCompletableFuture();

        window.ended(1);

        assertThat(room).isDone();
        assertThat(window.held()).isZero();
    }

    @Test
    void countsBytesToo() {
        RequestWindow window = new RequestWindow(100, 10);
        window.taken(6);
        var room = window.taken(6).toCompletableFuture();
        assertThat(room).isNotDone();

        window.ended(6);

        assertThat(room).isDone();
    }

    @Test
    void staysShutWhileTheSurroundingsAreAtFault() {
        RequestWindow window = new RequestWindow(1, 1000);
        var room = window.taken(1).toCompletableFuture();
        window.pause("the store is down");

        window.ended(1);
        assertThat(room).isNotDone();

        window.resume();
        assertThat(room).isDone();
    }

    @Test
    void resumingDoesNotOpenAFullWindow() {
        RequestWindow window = new RequestWindow(1, 1000);
        var room = window.taken(1).toCompletableFuture();
        window.pause("the store is down");

        window.resume();

        assertThat(room).isNotDone();
    }
}
