package io.darkroom.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DecodingMemoryTest {
    private final DecodingMemory memory = new DecodingMemory(100 << 10);

    @Test
    void smallOnesGoSideBySideAndALargeOneWaitsForItsTurn() throws InterruptedException {
        CountDownLatch large = new CountDownLatch(1);
        memory.take(40 << 10);
        memory.take(40 << 10);

        Thread thread = new Thread(() -> {
            memory.take(90 << 10);
            large.countDown();
        });
        thread.start();
        await().until(() -> thread.getState() == Thread.State.WAITING);
        memory.give(40 << 10);

        assertThat(large.getCount()).isEqualTo(1);
        memory.give(40 << 10);
        large.await();
    }

    @Test
    void whatComesAfterALargeOneDoesNotOvertakeIt() throws InterruptedException {
        memory.take(40 << 10);
        Thread large = new Thread(() -> memory.take(90 << 10));
        large.start();
        await().until(() -> large.getState() == Thread.State.WAITING);
        Thread small = new Thread(() -> memory.take(10 << 10));
        small.start();
        await().until(() -> small.getState() == Thread.State.WAITING);

        memory.give(40 << 10);

        large.join();
        small.join();
    }
}
