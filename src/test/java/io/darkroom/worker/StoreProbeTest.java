package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.darkroom.storage.MinioObjectStore;
import io.darkroom.storage.StoreConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** With a clock that is set, against a server that answers when it is told to. */
class StoreProbeTest {
    private final AtomicLong nanoTime = new AtomicLong();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answer = new CountDownLatch(1);

    @Test
    void aStoreThatSaysNothingIsNotThereHoweverLongACallMayTake() throws Exception {
        HttpServer server = server();
        StoreConfig config = StoreConfig.of(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort()), "darkroom", "r", "a", "s")
                .withTimeout(Duration.ofHours(1));
        try (MinioObjectStore store = new MinioObjectStore(config);
                StoreProbe probe = new StoreProbe(store, "darkroom", nanoTime::get)) {
            probe.start();
            asked.await();
            probe.answered();
            assertThat(probe.trouble()).isEmpty();

            nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(31));

            assertThat(probe.trouble()).hasValue("the store has not answered for more than 30 s");
            answer.countDown();
            await().untilAsserted(() -> assertThat(probe.trouble()).isEmpty());
        } finally {
            answer.countDown();
            server.stop(0);
        }
    }

    @SuppressWarnings("AddressSelection")
    private HttpServer server() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            asked.countDown();
            try {
                answer.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }
}
