package io.darkroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged application as a newcomer runs it: one process, an empty folder, the API alone. */
class StandaloneIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TYPE = "Content-Type";
    private static final String APPLICATION_JSON = "application/json";
    private static final Duration SOON = Duration.ofMinutes(1);

    @TempDir
    static Path folder;

    private static AppProcess app;

    @BeforeAll
    static void start() throws IOException {
        app = AppProcess.start(folder, "log").awaitReady();
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static JsonNode json(String text) throws IOException {
        return JSON.readTree(text);
    }

    private static String post(String body) throws IOException, InterruptedException {
        var answer = app.post(body, TYPE, APPLICATION_JSON);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return json(answer.body()).path("id").asText();
    }

    private static JsonNode ended(AppProcess at, String id) {
        return await().atMost(SOON)
                .until(
                        () -> json(at.get("/api/renders/" + id).body()),
                        state -> state.path("status").asText().matches("completed|failed|canceled"));
    }

    @Test
    void firstLightEndsWithAPictureThatOneCanOpen() throws IOException {
        JsonNode job = ended(app, "first-light");

        Path picture = folder.resolve("darkroom-data/store/darkroom/renders/first-light/0.png");
        assertThat(job.path("status").asText()).isEqualTo("completed");
        assertThat(ImageIO.read(picture.toFile()).getWidth()).isEqualTo(128);
        await().atMost(SOON).until(() -> app.log().contains("First light: " + picture.toRealPath()));
    }

    @Test
    void aPostedRequestIsRenderedAndEveryFieldIsResolved() throws Exception {
        String id = post(
                "{\"id\":null,\"prompt\":\"a red house\",\"num_inference_steps\":2,\"labels\":{\"who\":\"me\"},"
                        + "\"num_images_per_prompt\":2,\"seed\":7,\"output\":{\"format\":\"jpeg\",\"presign_seconds\":60}}");

        JsonNode job = ended(app, id);
        assertThat(job.path("status").asText()).as(job.toString()).isEqualTo("completed");
        assertThat(job.path("outputs").findValuesAsText("seed")).containsExactly("7", "8");
        assertThat(job.path("outputs").path(1).path("key").asText()).isEqualTo("renders/" + id + "/1.jpg");
        JsonNode parameters = job.path("parameters");
        assertThat(parameters.path("num_images_per_prompt").asInt()).isEqualTo(2);
        assertThat(parameters.path("output").toString())
                .isEqualTo("{\"prefix\":\"renders\",\"format\":\"jpeg\",\"quality\":95,\"presign_seconds\":60,"
                        + "\"metadata\":true}");
        assertThat(parameters.path("priority").asInt()).isEqualTo(5);
        assertThat(job.path("labels").path("who").asText()).isEqualTo("me");
        assertThat(job.path("source").path("topic").asText()).isEqualTo("darkroom.requests");
    }

    @Test
    void aSweepGivesAPictureForEachCombinationAndOneSheet() throws Exception {
        String id = post("{\"prompt\":\"a red house\",\"seed\":7,\"sweep\":{\"guidance_scale\":[1,7.5],"
                + "\"num_inference_steps\":[1,2,3],\"contact_sheet\":true}}");

        JsonNode job = ended(app, id);
        assertThat(job.path("status").asText()).as(job.toString()).isEqualTo("completed");
        assertThat(job.path("outputs")).hasSize(6);
        assertThat(job.path("outputs").path(4).path("sweep").toString())
                .isEqualTo("{\"guidance_scale\":7.5,\"num_inference_steps\":2}");
        assertThat(job.path("contact_sheet").path("key").asText()).isEqualTo("renders/" + id + "/contact_sheet.png");
        Path sheet = folder.resolve("darkroom-data/store/darkroom/renders/" + id + "/contact_sheet.png");
        assertThat(Files.size(sheet))
                .isEqualTo(job.path("contact_sheet").path("bytes").asLong());
        assertThat(ImageIO.read(sheet.toFile()).getWidth()).isGreaterThan(3 * 128);
        assertThat(job.path("parameters")
                        .path("sweep")
                        .path("num_inference_steps")
                        .toString())
                .isEqualTo("[1,2,3]");
    }

    @Test
    void aPictureIsWrittenAsWebPAndReadAgain() throws Exception {
        String id = post("{\"prompt\":\"a red house\",\"num_inference_steps\":1,\"output\":{\"format\":\"webp\"}}");
        JsonNode written = ended(app, id).path("outputs").path(0);

        String key = "renders/" + id + "/0.webp";
        assertThat(written.path("key").asText()).isEqualTo(key);
        assertThat(written.path("media_type").asText()).isEqualTo("image/webp");
        String again = post("{\"prompt\":\"a red house\",\"num_inference_steps\":2,\"strength\":0.5,"
                + "\"image\":{\"key\":\"" + key + "\"}}");
        assertThat(ended(app, again).path("status").asText()).isEqualTo("completed");
    }

    @Test
    void theTraceOfARequestGoesThroughToItsEvents() throws Exception {
        String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        String request = "{\"id\":\"traced\",\"prompt\":\"a red house\",\"num_inference_steps\":1}";

        app.post(request, TYPE, APPLICATION_JSON, "traceparent", trace, "tracestate", "vendor=a");
        ended(app, "traced");

        for (String topic : List.of("darkroom.requests", "darkroom.progress", "darkroom.completions")) {
            assertThat(app.headers(topic, "traced", "traceparent"))
                    .as(topic)
                    .isNotEmpty()
                    .containsOnly(trace);
            assertThat(app.headers(topic, "traced", "tracestate")).as(topic).containsOnly("vendor=a");
        }
    }

    @Test
    void aBadRequestIsRefusedWithEveryProblem() throws Exception {
        var answer = app.post("{\"prompt\":5,\"width\":100,\"sead\":1}", TYPE, APPLICATION_JSON);

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode error = json(answer.body()).path("error");
        assertThat(error.path("code").asText()).isEqualTo("invalid_request");
        assertThat(error.path("problems").findValuesAsText("field"))
                .containsExactlyInAnyOrder("prompt", "width", "sead");
    }

    @Test
    void whatIsNotJsonIsRefused() throws Exception {
        String request = "{\"prompt\":\"x\"}";

        assertThat(app.post("{prompt", TYPE, APPLICATION_JSON).statusCode()).isEqualTo(400);
        assertThat(app.post(request, TYPE, "text/plain").statusCode()).isEqualTo(415);
        assertThat(app.post(request).statusCode()).isEqualTo(415);
        assertThat(app.post("[".repeat(100_000), TYPE, APPLICATION_JSON).statusCode())
                .isEqualTo(400);
        assertThat(app.post("x".repeat(2 << 20), TYPE, APPLICATION_JSON).statusCode())
                .isEqualTo(413);
    }

    @Test
    void foreignPagesAndNamesAreRefused() throws Exception {
        String request = "{\"prompt\":\"x\"}";

        assertThat(app.post(request, TYPE, APPLICATION_JSON, "Origin", "http://elsewhere.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(statusFor("elsewhere.example")).startsWith("HTTP/1.1 403");
        assertThat(statusFor("127.0.0.1")).startsWith("HTTP/1.1 200");
    }

    /** By hand, since Java's client does not let one name another host. */
    private static String statusFor(String host) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), app.at("/").getPort())) {
            socket.getOutputStream()
                    .write(("GET /api/models HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }

    @Test
    void aJobThatNobodyKnowsIsNotFound() throws Exception {
        assertThat(app.get("/api/renders/nobody-knows").statusCode()).isEqualTo(404);
    }

    @Test
    void aCanceledJobEndsSo() throws Exception {
        String id = post("{\"prompt\":\"x\",\"num_inference_steps\":999,\"priority\":0}");

        assertThat(app.delete("/api/renders/" + id + "?reason=enough").statusCode())
                .isEqualTo(202);

        JsonNode job = ended(app, id);
        assertThat(job.path("status").asText()).isEqualTo("canceled");
        assertThat(job.path("reason").asText()).isEqualTo("enough");
    }

    @Test
    void eventsAreStreamedAsTheyCome() throws Exception {
        URLConnection stream = app.at("/api/events").toURL().openConnection();
        stream.setReadTimeout((int) SOON.toMillis());
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(stream.getInputStream(), StandardCharsets.UTF_8))) {
            String id = post("{\"id\":\"streamed\",\"prompt\":\"x\",\"num_inference_steps\":2}");

            assertThat(next(lines, "event:io.darkroom.render.started.v1")).contains("\"id\":\"" + id + "\"");
            assertThat(next(lines, "event:io.darkroom.render.completed.v1")).contains("\"status\":\"completed\"");
        }
    }

    /** The data of the next event of a type that is about the job {@code streamed}. */
    private static String next(BufferedReader lines, String event) throws IOException {
        boolean meant = false;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("event:")) {
                meant = line.equals(event);
            }
            if (meant && line.startsWith("data:") && line.contains("streamed")) {
                return line.substring("data:".length());
            }
        }
        throw new AssertionError("the stream ended without " + event);
    }

    @Test
    void modelsAreListed() throws Exception {
        JsonNode starter = json(app.get("/api/models").body()).path(0);

        assertThat(starter.path("name").asText()).isEqualTo("starter");
        assertThat(starter.path("default").asBoolean()).isTrue();
        assertThat(starter.path("tasks").toString()).contains("text_to_image", "image_to_image", "inversion");
        assertThat(starter.path("width").asInt()).isEqualTo(128);
    }

    @Test
    void healthAndFiguresAreThere() throws Exception {
        ended(app, "first-light");

        assertThat(app.get("/q/health/live").statusCode()).isEqualTo(200);
        assertThat(app.get("/q/health/started").statusCode()).isEqualTo(200);
        JsonNode ready = json(app.get("/q/health/ready").body());
        assertThat(ready.path("status").asText()).isEqualTo("UP");
        assertThat(ready.path("checks").findValuesAsText("name"))
                .containsExactlyInAnyOrder("broker", "store", "models", "requests");
        assertThat(app.get("/q/metrics").body())
                .contains(
                        "darkroom_jobs_total{code=\"\",outcome=\"completed\",tenant=\"none\"}",
                        "darkroom_job_steps_total",
                        "darkroom_job_phase_seconds_sum{phase=\"denoise\"}",
                        "darkroom_device_call_seconds_count{device=\"cpu\",network=\"denoiser\"}",
                        "darkroom_device_call_rows_sum{device=\"cpu\",network=\"denoiser\"}");
    }

    @Test
    void theDataFolderBelongsToOneProcess() throws Exception {
        try (AppProcess second = AppProcess.start(folder, "second.log")) {
            assertThat(second.exitStatus()).isEqualTo(1);
            assertThat(second.log())
                    .contains("Darkroom cannot start.", "in use by process", "darkroom.standalone.data-dir")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aRestartGoesOnWhereItStopped(@TempDir Path own) throws Exception {
        try (AppProcess first = AppProcess.start(own, "first.log").awaitReady()) {
            ended(first, "first-light");
            first.post("{\"id\":\"long\",\"prompt\":\"x\",\"num_inference_steps\":60}", TYPE, APPLICATION_JSON);
            first.terminate();
        }
        byte[] picture = Files.readAllBytes(own.resolve("darkroom-data/store/darkroom/renders/first-light/0.png"));

        try (AppProcess again = AppProcess.start(own, "again.log").awaitReady()) {
            assertThat(ended(again, "long").path("status").asText()).isEqualTo("completed");
            assertThat(ended(again, "first-light").path("status").asText()).isEqualTo("completed");
            assertThat(again.log()).doesNotContain("First light");
        }
        assertThat(own.resolve("darkroom-data/store/darkroom/renders/first-light/0.png"))
                .hasBinaryContent(picture);
    }

    @Test
    void aSettingThatCannotBeIsRefusedBeforeAnythingStarts(@TempDir Path own) throws Exception {
        try (AppProcess wrong =
                AppProcess.start(own, "log", "darkroom.limits.steps=0", "darkroom.models.load=sometimes")) {
            assertThat(wrong.exitStatus()).isEqualTo(1);
            assertThat(wrong.log().lines())
                    .containsExactlyInAnyOrder(
                            "Darkroom cannot start. darkroom.limits.steps: \"0\" must be greater than or equal to 1",
                            "darkroom.models.load: \"sometimes\" must be start or first-use");
            assertThat(own.resolve("darkroom-data")).doesNotExist();
        }
    }
}
