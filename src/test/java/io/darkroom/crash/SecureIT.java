package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A worker between a broker and a store that ask for TLS and passwords, set up by configuration alone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecureIT {
    private static final String PROMPT = "an unmistakable prompt about a heron";
    /** One that is given without quotes. */
    private static final String WORD = "unmistakableheron";

    private static final List<String> SECRETS = List.of(
            SecureServers.PASSWORD, SecureServers.STORE_PASSWORD, Surroundings.ACCESS.secretKey(), "the-webs-token");

    private SecureServers servers;
    private EndState end;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        servers = new SecureServers(folder);
        end = new EndState(servers.bootstrapServers(), servers.storeEndpoint());
    }

    @AfterAll
    void stop() throws Exception {
        end.close();
        servers.close();
    }

    @Test
    void aJobIsDoneAndNothingTellsASecretOrThePrompt() throws Exception {
        Path log = Surroundings.LOGS.resolve("secure.log");
        try (WorkerProcess worker = WorkerProcess.start("secure", log, settings(SecureServers.PASSWORD))) {
            send("heron", "{\"id\": \"heron\", \"prompt\": \"" + PROMPT + "\", \"num_inference_steps\": 2}");
            send("wrong", "{\"id\": \"wrong\", \"prompt\": \"" + PROMPT + "\", \"width\": 3}");
            send("misplaced", "{\"id\": \"misplaced\", \"prompt\": \"a\", \"prompt_2\": \"" + PROMPT + "\"}");
            send("swept", "{\"id\": \"swept\", \"prompt\": \"a\", \"sweep\": {\"prompt\": \"" + PROMPT + "\"}}");
            send("unreadable", PROMPT);
            send("unquoted", "{\"prompt\": " + WORD + "}");
            await().untilAsserted(() -> assertThat(end.terminalEvents()).hasSize(6));
            assertThat(end.terminalEvents("heron").get(0).type()).endsWith("completed.v1");

            Map<String, String> told = new TreeMap<>();
            told.put("log", Files.readString(log));
            told.put("metrics", worker.get("/q/metrics"));
            told.put("health", worker.get("/q/health"));
            requireNone(told, List.of(PROMPT, WORD));
            told.put("events", texts(end.terminalEvents()));
            told.put("progress", texts(end.progress("heron")));
            told.put("dead letters", texts(end.deadLetters()));
            for (String key : end.keys("")) {
                told.put(key, new String(end.object(key), StandardCharsets.ISO_8859_1));
            }
            assertThat(told.keySet()).contains("renders/heron/0.png", ".darkroom/jobs/heron/outcome");
            requireNone(told, SECRETS);
        }
    }

    /** Not by an assertion on the texts themselves: pictures among them are no good to read. */
    private static void requireNone(Map<String, String> told, List<String> words) {
        told.forEach((where, text) -> {
            assertThat(text.isEmpty()).as("nothing is told in %s", where).isFalse();
            words.forEach(word -> assertThat(text.contains(word))
                    .as("%s tells %s", where, word)
                    .isFalse());
        });
    }

    private static String texts(List<EndState.Event> events) {
        return events.stream().map(EndState.Event::text).collect(Collectors.joining("\n"));
    }

    @Test
    void aWrongPasswordIsNamedAndCostsNothing() throws Exception {
        Path log = Surroundings.LOGS.resolve("secure-wrong.log");
        try (WorkerProcess worker = WorkerProcess.start("secure-wrong", log, settings("not-the-password"))) {
            await().untilAsserted(() -> assertThat(Files.readString(log)).contains("uthentication failed"));

            assertThat(Files.readString(log)).doesNotContain("not-the-password");
            assertThat(worker.readiness().status()).isNotEqualTo(200);
        }
    }

    private Map<String, String> settings(String password) {
        Map<String, String> settings = new LinkedHashMap<>(servers.settings(password));
        settings.put("darkroom.models.default", "starter");
        settings.put("darkroom.web.enabled", "true");
        settings.put("darkroom.web.token", "the-webs-token");
        return settings;
    }

    private void send(String id, String json) throws Exception {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers.bootstrapServers()),
                new StringSerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(Surroundings.REQUESTS, id, json.getBytes(StandardCharsets.UTF_8)))
                    .get();
        }
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(100));
    }
}
