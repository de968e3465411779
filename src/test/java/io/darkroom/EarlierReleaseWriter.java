package io.darkroom;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Makes the archive of a release for the {@link UpgradeIT} of later ones, as {@code upgrades/README.md} tells. */
final class EarlierReleaseWriter {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final String REQUESTS = "darkroom.requests";
    private static final String CANCELLATIONS = "darkroom.cancellations";

    private final Path folder = Files.createTempDirectory("earlier-release");
    private final Path jobs = folder.resolve("darkroom-data/store/darkroom/.darkroom/jobs");

    private EarlierReleaseWriter() throws IOException {}

    /** Writes the archive. */
    public static void main(String... args) throws Exception {
        EarlierReleaseWriter writer = new EarlierReleaseWriter();
        try (AppProcess first = writer.start("first", "20S")) {
            writer.endJobs(first);
            writer.beginTheJobUnderWay(first);
        }
        try (AppProcess second = writer.start("second", "0.3S")) {
            await().pollInterval(Duration.ofMillis(5)).atMost(SOON).until(() -> writer.hasCheckpoint("2-"));
            second.terminate();
        }
        try (AppProcess broker = AppProcess.start(writer.folder, "third", "darkroom.standalone.roles=broker,store")) {
            broker.send(
                    REQUESTS,
                    "waiting",
                    List.of(
                            "{\"id\":\"waiting\",\"prompt\":\"a yellow boat\",\"num_inference_steps\":2,\"seed\":3,\"priority\":0}"));
            broker.terminate();
        }
        EarlierRelease.pack(writer.folder.resolve("darkroom-data"), Path.of(args[0]));
    }

    private AppProcess start(String log, String drain) throws IOException {
        return AppProcess.start(
                        folder,
                        log,
                        "darkroom.engine.checkpoint-interval=1S",
                        "darkroom.worker.drain=" + drain,
                        "darkroom.standalone.first-light=false")
                .awaitReady();
    }

    private void endJobs(AppProcess app) {
        app.send(
                REQUESTS,
                "expired",
                List.of("{\"id\":\"expired\",\"prompt\":\"late\",\"expires_at\":\"2026-11-23T00:00:00Z\"}"));
        app.send(REQUESTS, "invalid", List.of("{\"id\":\"invalid\",\"prompt\":5,\"sead\":1}"));
        app.send(REQUESTS, "unreadable", List.of("{not json"));
        app.send(REQUESTS, "unknown", List.of("{\"id\":\"unknown\",\"model\":\"nobody-has-this\",\"prompt\":\"x\"}"));
        app.send(
                REQUESTS,
                "done",
                List.of(
                        """
                        {"id":"done","prompt":"a red apple on a wooden table","num_inference_steps":2,"seed":42,\
                        "labels":{"of":"earlier"},"output":{"metadata":false,"format":"jpeg","quality":40}}"""));
        app.send(
                REQUESTS,
                "canceled",
                List.of("{\"id\":\"canceled\",\"prompt\":\"x\",\"num_inference_steps\":900,\"priority\":0}"));
        app.send(
                REQUESTS,
                "grouped",
                List.of(
                        """
                        {"id":"grouped","prompt":"x","num_inference_steps":900,"priority":0,"group":"batch"}"""));
        await().atMost(SOON).until(() -> has("canceled/attempt-1") && has("grouped/attempt-1") && has("done/outcome"));
        app.send(CANCELLATIONS, "canceled", List.of("{\"reason\":\"enough\"}"));
        app.send(CANCELLATIONS, "group:batch", List.of("{\"reason\":\"all of it\"}"));
        await().atMost(SOON).until(() -> Stream.of("expired", "invalid", "unknown", "canceled", "grouped")
                .allMatch(job -> has(job + "/outcome")));
    }

    /** The two behind it have ended, and stand in the commit's metadata, once it is written down for the first time. */
    private void beginTheJobUnderWay(AppProcess app) {
        app.send(
                REQUESTS,
                "under-way",
                List.of(
                        """
                        {"id":"under-way","prompt":"a blue house","num_inference_steps":160,"seed":7,"priority":5,\
                        "output":{"metadata":false}}""",
                        above(1),
                        above(2)));
        await().pollInterval(Duration.ofMillis(5))
                .atMost(SOON)
                .until(() -> hasCheckpoint("1-") && has("above-1/outcome") && has("above-2/outcome"));
    }

    private static String above(int n) {
        return """
                {"id":"above-%d","prompt":"a green tree","num_inference_steps":1,"seed":%d,"priority":9,\
                "output":{"format":"jpeg","quality":40}}"""
                .formatted(n, n);
    }

    private boolean has(String record) {
        return Files.exists(jobs.resolve(record));
    }

    private boolean hasCheckpoint(String attempt) throws IOException {
        Path checkpoints = jobs.resolve("under-way/checkpoints");
        if (!Files.exists(checkpoints)) {
            return false;
        }
        try (Stream<Path> files = Files.list(checkpoints)) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith(attempt));
        }
    }
}
