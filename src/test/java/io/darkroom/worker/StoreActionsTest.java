package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.darkroom.job.Bytes;
import io.darkroom.job.CheckpointName;
import io.darkroom.job.DeliveryAction;
import io.darkroom.job.DeliveryEvent;
import io.darkroom.job.ObjectStore.Location;
import io.darkroom.storage.MinioObjectStore;
import io.darkroom.storage.StoreConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Reads of checkpoints, from a server that sends what it is told, with the MD5 of {@code content}. */
class StoreActionsTest {
    private static final CheckpointName NAME = new CheckpointName(1, 20);
    private static final DeliveryAction READ =
            new DeliveryAction.ReadCheckpoint(NAME, new Location("darkroom", ".darkroom/jobs/a/checkpoints/1-20"));

    @Test
    void aCheckpointThatCameDamagedIsReadAgain() throws IOException {
        assertThat(read("c0ntent", "content")).isEqualTo(new DeliveryEvent.CheckpointRead(NAME, Bytes.utf8("content")));
    }

    /** No job waits for it: an earlier one is as good. */
    @Test
    void aCheckpointThatIsDamagedWhereItLiesIsOfNoUse() throws IOException {
        assertThat(read("c0ntent", "c0ntent")).isEqualTo(new DeliveryEvent.CheckpointRead(NAME, Bytes.utf8("")));
    }

    private static @Nullable DeliveryEvent read(String... answers) throws IOException {
        HttpServer server = server(new ArrayDeque<>(List.of(answers)));
        URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        try (MinioObjectStore store = new MinioObjectStore(StoreConfig.of(endpoint, "darkroom", "r", "a", "s"))) {
            return new StoreActions(store).perform(READ);
        } finally {
            server.stop(0);
        }
    }

    @SuppressWarnings("AddressSelection")
    private static HttpServer server(Queue<String> answers) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> answer(exchange, answers.remove()));
        server.start();
        return server;
    }

    private static void answer(HttpExchange exchange, String content) throws IOException {
        try (exchange) {
            byte[] body = content.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("ETag", "\"9a0364b9e99bb480dd25e1f0284c8555\"");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
