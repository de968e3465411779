package io.darkroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the packaged application emits and answers, against the files in which it publishes its interface. */
class InterfaceIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final Set<String> KINDS = Set.of("started", "progress", "completed", "failed", "canceled");
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

    @TempDir
    static Path folder;

    private static AppProcess app;
    private static String broker;

    @BeforeAll
    static void start() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            broker = "127.0.0.1:" + socket.getLocalPort();
        }
        app = AppProcess.start(
                        folder, "log", "darkroom.standalone.kafka-port=" + broker.substring(broker.indexOf(':') + 1))
                .awaitReady();
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static void assertFits(String schema, JsonNode value) {
        var found = SCHEMAS.getSchema(SchemaLocation.of(app.at("/api/" + schema).toString()))
                .validate(value);
        assertThat(found).as("%s against %s", value, schema).isEmpty();
    }

    private static JsonNode answered(String path) throws IOException, InterruptedException {
        return JSON.readTree(app.get(path).body());
    }

    private static String post(String request) throws IOException, InterruptedException {
        JsonNode answer = JSON.readTree(
                app.post(request, "Content-Type", "application/json").body());
        assertFits("openapi.yaml#/components/schemas/Queued", answer);
        return answer.path("id").asText();
    }

    private static JsonNode ended(String id) {
        return await().atMost(SOON).until(() -> answered("/api/renders/" + id), state -> state.path("status")
                .asText()
                .matches("completed|failed|canceled"));
    }

    @Test
    void everyKindOfEventIsAsItsSchemaSays() throws Exception {
        ended(post("{\"prompt\":\"a hill\",\"num_inference_steps\":60,\"preview_every\":1,\"labels\":{\"who\":\"me\"},"
                + "\"output\":{\"presign_seconds\":60}}"));
        ended(post("{\"prompt\":\"a hill\",\"sweep\":{\"num_inference_steps\":[1,2],\"contact_sheet\":true}}"));
        ended(post("{\"prompt\":\"a hill\",\"image\":{\"key\":\"not/there.png\"}}"));
        String id = post("{\"prompt\":\"a hill\",\"num_inference_steps\":900}");
        assertThat(JSON.readTree(app.delete("/api/renders/" + id).body())
                        .path("id")
                        .asText())
                .isEqualTo(id);
        ended(id);

        Set<String> kinds = new TreeSet<>();
        try (Consumer<String, String> reader = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker), new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> all = List.of("darkroom.completions", "darkroom.progress").stream()
                    .flatMap(topic -> reader.partitionsFor(topic).stream())
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            reader.assign(all);
            reader.seekToBeginning(all);
            await().atMost(SOON).until(() -> {
                for (ConsumerRecord<String, String> record : reader.poll(Duration.ofMillis(200))) {
                    kinds.add(check(record));
                }
                return kinds.containsAll(KINDS);
            });
        }
    }

    /** Holds a record against the schemas of its headers and data; gives its kind. */
    private static String check(ConsumerRecord<String, String> record) throws IOException {
        ObjectNode headers = JSON.createObjectNode();
        record.headers()
                .forEach(header -> headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8)));
        JsonNode data = JSON.readTree(record.value());
        String kind = headers.path("ce_type").asText().replaceFirst("io.darkroom.render.(\\w+).v1", "$1");

        assertThat(KINDS).contains(kind);
        assertFits("schemas/" + kind + ".json", data);
        assertFits("asyncapi.yaml#/components/schemas/" + kind + "Headers", headers);
        assertThat(record.key())
                .isEqualTo(data.path("id").asText())
                .isEqualTo(headers.path("ce_subject").asText());
        return kind;
    }

    @Test
    void answersAreAsTheOpenApiSays() throws Exception {
        ended("first-light");

        assertFits("openapi.yaml#/components/schemas/Render", answered("/api/renders/first-light"));
        assertThat(answered("/api/renders"))
                .isNotEmpty()
                .allSatisfy(render -> assertFits("openapi.yaml#/components/schemas/Render", render));
        assertThat(answered("/api/models"))
                .isNotEmpty()
                .allSatisfy(model -> assertFits("openapi.yaml#/components/schemas/Model", model));
        assertFits("openapi.yaml#/components/schemas/Status", answered("/api/status"));
        assertFits("openapi.yaml#/components/schemas/Error", answered("/api/renders/nobody-knows"));
        assertFits(
                "openapi.yaml#/components/schemas/Error",
                JSON.readTree(app.post("{\"sead\":1}", "Content-Type", "application/json")
                        .body()));
    }

    @Test
    void whatIsPostedIsJsonByName() throws Exception {
        for (String type : List.of("text/plain", "*/*", "application/*", "multipart/form-data")) {
            assertThat(app.post("{\"prompt\":\"a\"}", "Content-Type", type).statusCode())
                    .as(type)
                    .isEqualTo(415);
        }
    }

    @Test
    void picturesAreThoseOfTheJobAlone() throws Exception {
        ended("first-light");

        var picture = app.get("/api/renders/first-light/pictures/0");
        String tag = picture.headers().firstValue("ETag").orElseThrow();

        assertThat(picture.headers().firstValue("Content-Type")).contains("image/png");
        assertThat(app.get("/api/renders/first-light/pictures/0", "If-None-Match", tag)
                        .statusCode())
                .isEqualTo(304);
        assertThat(app.get("/api/renders/first-light/pictures/1").statusCode()).isEqualTo(404);
        assertThat(app.get("/api/renders/first-light/pictures/contact_sheet").statusCode())
                .isEqualTo(404);
        assertThat(app.get("/api/renders/first-light/pictures/..%2F..%2Fother").statusCode())
                .isEqualTo(404);
        assertThat(app.get("/light-table/..%2Fapplication.properties").statusCode())
                .isEqualTo(404);
    }

    @Test
    void theExampleForJavaRuns() throws Exception {
        assertFits("schemas/completed.json", JSON.readTree(new ClientExamples(folder, broker).java()));
    }

    @Test
    void theExampleForPythonRuns() throws Exception {
        assertFits("schemas/completed.json", JSON.readTree(new ClientExamples(folder, broker).python()));
    }

    @Test
    void theExampleForKcatRuns() throws Exception {
        String printed = new ClientExamples(folder, broker).kcat();

        assertFits("schemas/completed.json", JSON.readTree(printed.substring(printed.indexOf('{'))));
    }

    @Test
    void withATokenOnlyWhoShowsItGetsIn(@TempDir Path own) throws Exception {
        try (AppProcess locked =
                AppProcess.start(own, "log", "darkroom.web.token=a-long-secret").awaitReady()) {
            assertThat(locked.get("/").statusCode()).isEqualTo(200);
            for (String path : List.of("/api/renders", "/api/status", "/api/events", "/api/renders/a/pictures/0")) {
                assertThat(locked.get(path).statusCode()).as(path).isEqualTo(401);
                assertThat(locked.get(path, "Authorization", "Bearer another").statusCode())
                        .as(path)
                        .isEqualTo(401);
            }
            for (String scheme : List.of("Bearer", "bearer")) {
                assertThat(locked.get("/api/renders", "Authorization", scheme + " a-long-secret")
                                .statusCode())
                        .isEqualTo(200);
            }

            assertThat(locked.openSession("another").statusCode()).isEqualTo(401);
            assertThat(locked.postTo("/api/session", "", "Content-Type", "application/json")
                            .statusCode())
                    .isEqualTo(401);
            var session = locked.openSession("a-long-secret");
            String cookie = session.headers().firstValue("Set-Cookie").orElseThrow();
            assertThat(cookie).containsIgnoringCase("HttpOnly").contains("SameSite=Strict");
            assertThat(cookie).doesNotContain("a-long-secret");
            assertThat(locked.get("/api/renders", "Cookie", cookie.substring(0, cookie.indexOf(';')))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(locked.get("/api/renders", "Cookie", "darkroom-session=x")
                            .statusCode())
                    .isEqualTo(401);
        }
    }
}
