package io.darkroom.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.job.SurroundingsException;
import io.darkroom.standalone.StandaloneStore;
import io.darkroom.standalone.StoreAccess;
import io.darkroom.storage.SmallHttpServer.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreSelfCheckTest {
    private static final StoreAccess ACCESS = StoreAccess.shipped();
    private static final String BUCKET = ACCESS.bucket();
    private static final Duration CALL = Duration.ofSeconds(60);

    @Test
    void passesTheStoreOfStandaloneAndLeavesNothingThere(@TempDir Path folder) {
        try (StandaloneStore server = StandaloneStore.start(folder, 0, ACCESS);
                MinioObjectStore store = store(server.endpoint())) {
            assertThatCode(() ->
                            StoreSelfCheck.run(store, BUCKET, store.config().toString(), CALL))
                    .doesNotThrowAnyException();

            assertThat(store.list(BUCKET, "")).isEmpty();
        }
    }

    @Test
    void refusesAStoreThatIgnoresTheCondition() {
        Map<String, String> objects = new ConcurrentHashMap<>();
        try (SmallHttpServer server =
                        new SmallHttpServer((method, path, body) -> careless(objects, method, path, body));
                MinioObjectStore store = store(server.uri())) {
            assertThatThrownBy(() ->
                            StoreSelfCheck.run(store, BUCKET, store.config().toString(), CALL))
                    .isInstanceOf(UnsafeStoreException.class)
                    .hasMessageContaining("bucket darkroom at " + server.uri())
                    .hasMessageContaining("[CREATED, CREATED]")
                    .hasMessageContaining("If-None-Match: *");
        }
        assertThat(objects).isEmpty();
    }

    @Test
    void tellsAStoreThatIsDownFromAnUnsafeOne(@TempDir Path folder) {
        StandaloneStore server = StandaloneStore.start(folder, 0, ACCESS);
        URI endpoint = server.endpoint();
        server.close();

        try (MinioObjectStore store = store(endpoint)) {
            assertThatThrownBy(() -> StoreSelfCheck.run(store, BUCKET, "down", CALL))
                    .isInstanceOf(SurroundingsException.class);
        }
    }

    @Test
    void waitsNoLongerThanCallsMayTake() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                MinioObjectStore store =
                        new MinioObjectStore(config(URI.create("http://127.0.0.1:" + silent.getLocalPort()))
                                .withReadTimeout(Duration.ofSeconds(3)))) {
            assertThatThrownBy(() -> StoreSelfCheck.run(store, BUCKET, "silent", Duration.ofMillis(500)))
                    .isInstanceOf(SurroundingsException.class)
                    .hasMessageContaining("did not answer within 1 s");
        }
    }

    private static Answer careless(Map<String, String> objects, String method, String path, String body) {
        switch (method) {
            case "PUT" -> {
                objects.put(path, body);
                return Answer.empty(200);
            }
            case "DELETE" -> {
                objects.remove(path);
                return Answer.empty(204);
            }
            default -> {
                String found = objects.get(path);
                return found == null ? Answer.error(404, "NoSuchKey") : new Answer(200, "text/plain", found);
            }
        }
    }

    private static MinioObjectStore store(URI endpoint) {
        return new MinioObjectStore(config(endpoint));
    }

    private static StoreConfig config(URI endpoint) {
        return StoreConfig.of(endpoint, BUCKET, ACCESS.region(), ACCESS.accessKey(), ACCESS.secretKey());
    }
}
