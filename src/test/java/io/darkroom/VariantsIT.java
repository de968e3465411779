package io.darkroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.ModelCopies;
import io.darkroom.goldens.Png;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another VAE and LoRAs through the packaged application, from the request to the stored picture. */
class VariantsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofMinutes(2);
    /** Lossless, so what it shows is the VAE's. */
    private static final String PICTURE = "first-light/0.png";

    @TempDir
    static Path folder;

    private static AppProcess app;

    @BeforeAll
    static void start() throws IOException {
        Path model = ModelCopies.copy("tiny-sd", folder.resolve("models/tiny-sd"));
        ModelCopies.addVae(model, "xl", "tiny-sdxl");
        Path loras = Goldens.repository().resolve("lora/tiny-sd");
        ModelCopies.copy(loras.resolve("a"), model.resolve("loras/a"));
        Files.copy(loras.resolve("b-kohya.safetensors"), model.resolve("loras/b-kohya.safetensors"));
        app = AppProcess.start(folder, "log").awaitReady();
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static JsonNode rendered(String request) throws IOException, InterruptedException {
        var answer = app.post(request, "Content-Type", "application/json");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        String id = JSON.readTree(answer.body()).path("id").asText();
        JsonNode job = await().atMost(SOON)
                .until(
                        () -> JSON.readTree(app.get("/api/renders/" + id).body()),
                        state -> state.path("status").asText().matches("completed|failed|canceled"));
        assertThat(job.path("status").asText()).as(job.toString()).isEqualTo("completed");
        return job;
    }

    private static Path file(JsonNode job) {
        return folder.resolve("darkroom-data/store/darkroom")
                .resolve(job.path("outputs").path(0).path("key").asText());
    }

    /** The case's request as a user writes it; the tiny models' scheduler file is that of the case. */
    private static String cat(String more) {
        return "{\"model\":\"tiny-sd\",\"prompt\":\"a photo of a cat\",\"num_inference_steps\":10,\"width\":64,"
                + "\"height\":64,\"seed\":42,\"scheduler\":{\"_class_name\":\"DDIMScheduler\",\"clip_sample\":false,"
                + "\"set_alpha_to_one\":false}" + more + "}";
    }

    @Test
    void lorasGiveThePictureThatDiffusersGives() throws Exception {
        JsonNode job =
                rendered(cat(",\"loras\":[{\"name\":\"a\",\"scale\":0.7},{\"name\":\"b-kohya\",\"scale\":0.4}]"));

        Png expected = Png.read(Goldens.repository().resolve("lora/cases/lora-a0.7-b0.4-ddim10.0.png"));
        assertThat(levelsApart(Png.read(file(job)), expected)).isLessThanOrEqualTo(1);
        assertThat(job.path("parameters").path("loras").toString())
                .isEqualTo("[{\"name\":\"a\",\"scale\":0.7},{\"name\":\"b-kohya\",\"scale\":0.4}]");
    }

    private static int levelsApart(Png a, Png b) {
        assertThat(a.rgb()).hasSameSizeAs(b.rgb());
        int most = 0;
        for (int i = 0; i < a.rgb().length; i++) {
            most = Math.max(most, Math.abs((a.rgb()[i] & 0xFF) - (b.rgb()[i] & 0xFF)));
        }
        return most;
    }

    @Test
    void aPicturesRecipeMakesItAgain() throws Exception {
        JsonNode first = rendered(cat(",\"vae\":\"xl\",\"loras\":[{\"name\":\"a\"}]"));

        ObjectNode recipe = (ObjectNode) JSON.readTree(recipe(Files.readAllBytes(file(first))));
        assertThat(recipe.path("vae").asText()).isEqualTo("xl");
        assertThat(recipe.path("loras").toString()).isEqualTo("[{\"name\":\"a\",\"scale\":1.0}]");
        JsonNode again = rendered(recipe.toString());

        assertThat(Files.readAllBytes(file(again))).isEqualTo(Files.readAllBytes(file(first)));
        assertThat(again.path("model_digest")).isEqualTo(first.path("model_digest"));
    }

    /** The only JSON object in the file. */
    private static String recipe(byte[] png) {
        String text = new String(png, java.nio.charset.StandardCharsets.UTF_8);
        int from = text.indexOf("{\"model\"");
        int depth = 0;
        for (int i = from; i < text.length(); i++) {
            depth += text.charAt(i) == '{' ? 1 : text.charAt(i) == '}' ? -1 : 0;
            if (depth == 0) {
                return text.substring(from, i + 1);
            }
        }
        throw new AssertionError("no recipe");
    }

    @Test
    void vaesAreComparedByReconstructingAPicture() throws Exception {
        await().atMost(SOON)
                .until(() -> Files.exists(folder.resolve("darkroom-data/store/darkroom/renders/" + PICTURE)));
        String request =
                "{\"model\":\"tiny-sd\",\"task\":\"reconstruct\",\"image\":{\"key\":\"renders/" + PICTURE + "\"}";

        JsonNode own = rendered(request + "}");
        JsonNode other = rendered(request + ",\"vae\":\"xl\"}");

        assertThat(own.path("measurements").path("psnr").asDouble()).isPositive();
        assertThat(other.path("measurements").path("psnr").asDouble())
                .isNotEqualTo(own.path("measurements").path("psnr").asDouble());
        assertThat(other.path("parameters").path("vae").asText()).isEqualTo("xl");
    }

    @Test
    void whatIsNotThereIsRefusedWithWhatIs() throws Exception {
        var answer = app.post(
                cat(",\"vae\":\"none\",\"loras\":[{\"name\":\"a\"},{\"name\":\"none\"}]"),
                "Content-Type",
                "application/json");

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode problems = JSON.readTree(answer.body()).path("error").path("problems");
        assertThat(problems.findValuesAsText("field")).containsExactlyInAnyOrder("vae", "loras[1].name");
        assertThat(problems.toString()).contains("there are xl").contains("there are a, b-kohya");
    }
}
