package io.darkroom.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.crash.EndState.Event;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever stands in the topic gets a definite answer, and the next request is served. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {
    private static final String FAILED = "io.darkroom.render.failed.v1";
    private static final int ABOVE_THE_LIMIT = 3 << 19;
    private static final int DEEP = 200_000;

    /**
     * A record that is no request.
     *
     * @param name also its key
     * @param value null for none
     * @param code of the failure
     * @param fields those that are named, in order; none where nothing can be read
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record BadInput(String name, byte @Nullable [] value, String code, List<String> fields) {
        boolean unreadable() {
            return fields.isEmpty();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private Surroundings surroundings;
    private WorkerProcess worker;

    @BeforeAll
    void start(@TempDir Path folder) {
        surroundings = new Surroundings("bad-input", folder);
        worker = surroundings.startWorker(Map.of("darkroom.storage.output-prefixes", "renders"));
    }

    @AfterAll
    void stop() {
        surroundings.close();
    }

    static Stream<BadInput> badInputs() {
        return Stream.of(
                invalid("prompt that is no text", "\"prompt\": 17", "prompt"),
                invalid("prompt that is a list", "\"prompt\": [\"a\", \"b\"]", "prompt"),
                invalid("width of 100", "\"prompt\": \"a\", \"width\": 100", "width"),
                fails("width of 100000", "too_large", "\"prompt\": \"a\", \"width\": 100000", "width"),
                invalid("negative seed", "\"prompt\": \"a\", \"seed\": -1", "seed"),
                invalid("unknown field", "\"prompt\": \"a\", \"promt\": \"b\"", "promt"),
                fails("unknown model", "unknown_model", "\"prompt\": \"a\", \"model\": \"nobody\"", "model"),
                invalid("key that climbs", "\"prompt\": \"a\", \"image\": {\"key\": \"a/../../b.png\"}", "image.key"),
                invalid(
                        "prefix elsewhere",
                        "\"prompt\": \"a\", \"output\": {\"prefix\": \"elsewhere\"}",
                        "output.prefix"),
                fails(
                        "bucket of others",
                        "input_not_found",
                        "\"prompt\": \"a\", \"image\": {\"key\": \"a.png\", \"bucket\": \"others\"}",
                        "image.bucket"),
                invalid(
                        "several problems",
                        "\"prompt\": 17, \"seed\": -1, \"num_inference_steps\": 0, \"colour\": \"red\"",
                        "prompt",
                        "seed",
                        "num_inference_steps",
                        "colour"),
                unreadable("no JSON", "invalid_request", "a lake at sunset".getBytes(UTF_8)),
                unreadable("half a JSON", "invalid_request", "{\"prompt\": \"a\"".getBytes(UTF_8)),
                unreadable("bytes", "invalid_request", new byte[] {(byte) 0xff, 0, (byte) 0xfe, 1}),
                unreadable("nested arrays", "invalid_request", "[".repeat(DEEP).getBytes(UTF_8)),
                unreadable("empty value", "invalid_request", new byte[0]),
                unreadable("no value", "invalid_request", null),
                unreadable("too many bytes", "too_large", ("\"" + "a".repeat(ABOVE_THE_LIMIT) + "\"").getBytes(UTF_8)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badInputs")
    void getsAFailedEventAndTheNextRequestIsServed(BadInput input) {
        String next = "after-" + input.name().replace(' ', '-');

        surroundings.send(input.name(), input.value());
        surroundings.send(next, Jobs.request(next, 1));
        surroundings.awaitEnd(List.of(next));

        List<Event> events = failures(input.name());
        assertThat(events).hasSize(1);
        assertThat(events.get(0).type()).isEqualTo(FAILED);
        JsonNode data = events.get(0).json();
        assertThat(data.path("status").textValue()).isEqualTo("failed");
        assertThat(data.path("error").path("code").textValue()).as("%s", data).isEqualTo(input.code());
        assertThat(data.path("error").path("message").textValue()).isNotBlank();
        if (!input.unreadable()) {
            assertThat(data.path("error").path("problems").findValuesAsText("field"))
                    .containsExactlyInAnyOrderElementsOf(input.fields());
        }
        assertThat(letters(input.name())).hasSize(input.unreadable() ? 1 : 0);
        Jobs.requireCompletedOnce(surroundings.end, next);
        assertThat(worker.alive()).isTrue();
        surroundings.await().until(() -> worker.readiness().status() == 200);
    }

    /** By the record's key, for a request that cannot be read has no id of its own. */
    private List<Event> failures(String key) {
        return surroundings.end.terminalEvents().stream()
                .filter(event ->
                        event.json().path("source").path("key").asText().equals(key))
                .toList();
    }

    private List<Event> letters(String key) {
        return surroundings.end.deadLetters().stream()
                .filter(letter -> letter.key().equals(key))
                .toList();
    }

    private static BadInput invalid(String name, String json, String... fields) {
        return fails(name, "invalid_request", json, fields);
    }

    private static BadInput fails(String name, String code, String json, String... fields) {
        return new BadInput(name, ("{" + json + "}").getBytes(UTF_8), code, List.of(fields));
    }

    private static BadInput unreadable(String name, String code, byte @Nullable [] value) {
        return new BadInput(name, value, code, List.of());
    }
}
