package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.ObjectStore.Location;
import io.darkroom.storage.MinioObjectStore;
import io.darkroom.storage.StoreConfig;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packaged workers whose model is in the bucket and nowhere else. */
class ModelsFromBucketIT {
    private static final Path STARTER = Path.of("src", "main", "resources", "models", "starter");

    @TempDir
    Path folder;

    private Surroundings surroundings;

    @BeforeEach
    void start() {
        surroundings = new Surroundings("bucket-models", folder);
    }

    @AfterEach
    void stop() {
        surroundings.close();
    }

    @Test
    void twoWorkersStartWithOneCacheAndRender() throws Exception {
        putModel("models/tiny/");

        List<WorkerProcess> both = List.of(
                surroundings.startWorker(settings("s3://darkroom/models")),
                surroundings.startWorker(settings("s3://darkroom/models")));
        for (WorkerProcess worker : both) {
            surroundings.await().until(() -> worker.readiness().status() == 200);
        }
        surroundings.send(
                "from-the-bucket",
                """
                {"id": "from-the-bucket", "model": "tiny", "prompt": "a heron", "num_inference_steps": 2,
                 "num_images_per_prompt": 2}""");
        surroundings.awaitEnd(List.of("from-the-bucket"));

        assertThat(Jobs.requireCompletedOnce(surroundings.end, "from-the-bucket")
                        .path("model")
                        .asText())
                .isEqualTo("tiny");
        assertThat(logs()).containsOnlyOnce(", 0.0 MB of them new").contains("model tiny loaded from " + cache());
    }

    @Test
    void aWorkerWaitsForItsStoreAndSaysSo() {
        Map<String, String> settings = settings("s3://darkroom/models");
        settings.put("darkroom.storage.secret-key", "not-the-secret");
        WorkerProcess worker = surroundings.startWorker(settings);

        surroundings.await().untilAsserted(() -> assertThat(logs())
                .contains("Waiting for the models: the store at ")
                .contains("SignatureDoesNotMatch"));
        assertThat(worker.readiness().status()).isNotEqualTo(200);
        worker.terminate();

        assertThat(worker.exit()).isEqualTo(128 + 15);
    }

    @Test
    void aWorkerWithoutModelsInTheBucketEndsAndSaysWhy() throws Exception {
        WorkerProcess worker = surroundings.startWorker(settings("s3://darkroom/modles"));

        assertThat(worker.exit()).isEqualTo(1);
        assertThat(logs())
                .contains(
                        "Darkroom cannot start. there is nothing at s3://darkroom/modles, where models are to come from");
    }

    private Path cache() {
        return folder.resolve("cache");
    }

    private Map<String, String> settings(String source) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("darkroom.models.source", source);
        settings.put("darkroom.models.cache", cache().toString());
        settings.put("darkroom.models.default", "tiny");
        return settings;
    }

    private String logs() throws Exception {
        try (Stream<Path> logs = Files.list(Surroundings.LOGS)) {
            StringBuilder all = new StringBuilder();
            for (Path log : logs.filter(f -> f.getFileName().toString().startsWith("bucket-models"))
                    .toList()) {
                all.append(Files.readString(log));
            }
            return all.toString();
        }
    }

    private void putModel(String prefix) throws Exception {
        URI store = URI.create("http://" + TcpProxy.LOOPBACK + ":" + surroundings.storeProxy.port());
        try (MinioObjectStore bucket = new MinioObjectStore(StoreConfig.of(
                        store,
                        Surroundings.ACCESS.bucket(),
                        Surroundings.ACCESS.region(),
                        Surroundings.ACCESS.accessKey(),
                        Surroundings.ACCESS.secretKey()));
                Stream<Path> files = Files.walk(STARTER)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bucket.create(
                        new Location(Surroundings.ACCESS.bucket(), prefix + STARTER.relativize(file)),
                        Files.readAllBytes(file),
                        "application/octet-stream");
            }
        }
    }
}
