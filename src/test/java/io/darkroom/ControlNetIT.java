package io.darkroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.ModelCopies;
import io.darkroom.goldens.Png;
import io.minio.MinioClient;
import io.minio.UploadObjectArgs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Control images and weighted prompts through the packaged application: from the store to the picture. */
class ControlNetIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final Path GOLDENS = Goldens.repository().resolve("controlnet");
    private static final String CASE = "cn-s1-interval0.2-0.8-ddim10";

    @TempDir
    static Path folder;

    private static AppProcess app;

    @BeforeAll
    static void start() throws Exception {
        ModelCopies.copy(GOLDENS.resolve("tiny-sd-controlnet"), folder.resolve("models/tiny-sd-controlnet"));
        int store = freePort();
        app = AppProcess.start(
                        folder,
                        "log",
                        "darkroom.models.path=" + folder.resolve("models"),
                        "darkroom.models.default=starter",
                        "darkroom.standalone.s3-port=" + store)
                .awaitReady();
        MinioClient client = MinioClient.builder()
                .endpoint("http://127.0.0.1:" + store)
                .region("us-east-1")
                .credentials("darkroom", "darkroom-secret")
                .build();
        client.uploadObject(UploadObjectArgs.builder()
                .bucket("darkroom")
                .object("inputs/edges.png")
                .filename(GOLDENS.resolve("inputs/control64.png").toString())
                .build());
        client.close();
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static JsonNode ended(String body) throws Exception {
        var answer = app.post(body, "Content-Type", "application/json");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        String id = JSON.readTree(answer.body()).path("id").asText();
        return await().atMost(SOON)
                .until(
                        () -> JSON.readTree(app.get("/api/renders/" + id).body()),
                        state -> state.path("status").asText().matches("completed|failed|canceled"));
    }

    private static String controlled(String key) {
        return "{\"model\":\"tiny-sd-controlnet\",\"prompt\":\"a photo of a cat\",\"seed\":42,"
                + "\"num_inference_steps\":10,\"guidance_scale\":7.5,\"scheduler\":\"ddim\","
                + "\"control_image\":{\"key\":\"" + key + "\"},"
                + "\"control_guidance_start\":0.2,\"control_guidance_end\":0.8}";
    }

    @Test
    void aControlImageFromTheStoreMakesThePictureThatDiffusersMakes() throws Exception {
        JsonNode job = ended(controlled("inputs/edges.png"));

        assertThat(job.path("status").asText()).as(job.toString()).isEqualTo("completed");
        JsonNode parameters = job.path("parameters");
        assertThat(parameters.path("controlnet").asText()).isEqualTo("controlnet");
        assertThat(parameters.path("controlnet_conditioning_scale").asDouble()).isEqualTo(1);
        assertThat(parameters.path("control_guidance_start").asDouble()).isEqualTo(0.2);
        assertThat(parameters.path("control_guidance_end").asDouble()).isEqualTo(0.8);
        Png made = Png.read(folder.resolve("darkroom-data/store/darkroom")
                .resolve(job.path("outputs").path(0).path("key").asText()));
        Png expected = Png.read(GOLDENS.resolve("cases/" + CASE + ".0.png"));
        assertThat(made.rgb()).hasSameSizeAs(expected.rgb());
        int differing = 0;
        for (int i = 0; i < made.rgb().length; i++) {
            int levels = Math.abs((made.rgb()[i] & 0xFF) - (expected.rgb()[i] & 0xFF));
            assertThat(levels).isLessThanOrEqualTo(1);
            differing += levels;
        }
        assertThat(differing).isLessThanOrEqualTo(made.rgb().length / 100);
    }

    @Test
    void aControlImageThatIsNotThereIsNamed() throws Exception {
        JsonNode job = ended(controlled("inputs/nothing.png"));

        assertThat(job.path("status").asText()).isEqualTo("failed");
        assertThat(job.path("error").path("code").asText()).isEqualTo("input_not_found");
        assertThat(job.path("error").path("problems").findValuesAsText("field")).containsExactly("control_image");
    }

    @Test
    void aModelWithoutControlNetIsUnsupported() throws Exception {
        var answer = app.post(
                "{\"model\":\"starter\",\"prompt\":\"x\",\"control_image\":{\"key\":\"inputs/edges.png\"}}",
                "Content-Type",
                "application/json");

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode error = JSON.readTree(answer.body()).path("error");
        assertThat(error.path("code").asText()).isEqualTo("unsupported");
        assertThat(error.path("problems").findValuesAsText("field")).containsExactly("control_image");
        assertThat(answer.body()).contains("without a ControlNet", "text_to_image");
    }

    @Test
    void aWeightedPromptMakesAnotherPicture() throws Exception {
        String request = "{\"model\":\"starter\",\"prompt\":\"a (red:1.5) house\",\"seed\":1,\"num_inference_steps\":3,"
                + "\"prompt_weighting\":";

        JsonNode weighted = ended(request + "true}");
        JsonNode plain = ended(request + "false}");

        assertThat(weighted.path("parameters").path("prompt_weighting").asBoolean())
                .isTrue();
        assertThat(plain.path("parameters").path("prompt_weighting").asBoolean(true))
                .isFalse();
        assertThat(weighted.path("outputs").path(0).path("sha256").asText())
                .hasSize(plain.path("outputs").path(0).path("sha256").asText().length())
                .isNotEqualTo(plain.path("outputs").path(0).path("sha256").asText());
    }
}
