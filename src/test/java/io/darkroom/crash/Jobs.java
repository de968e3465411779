package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.crash.EndState.Event;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;

/** Requests of two pictures, and what holds for each that is completed, whatever happened on its way. */
final class Jobs {
    private static final String COMPLETED = "io.darkroom.render.completed.v1";

    private Jobs() {}

    /** Differs from all others in its id only. */
    static String request(String job, int steps) {
        return """
                {"id": "%s", "model": "starter", "prompt": "a red apple on a wooden table",
                 "num_inference_steps": %d, "num_images_per_prompt": 2, "seed": 42}
                """
                .formatted(job, steps);
    }

    /** Checks everything that the contract promises of a completed job, and returns its event's data. */
    static JsonNode requireCompletedOnce(EndState end, String job) {
        List<Event> copies = end.terminalEvents(job);
        Event event = copies.get(0);
        assertThat(copies).allSatisfy(copy -> {
            assertThat(copy.id()).isEqualTo(event.id()).isNotEmpty();
            assertThat(copy.type()).isEqualTo(event.type());
            assertThat(copy.text()).isEqualTo(event.text());
        });
        assertThat(event.type()).as("%s", event.json()).isEqualTo(COMPLETED);
        JsonNode data = event.json();
        assertThat(data.path("id").textValue()).isEqualTo(job);
        assertThat(data.path("status").textValue()).isEqualTo("completed");
        assertThat(end.deadLetters()).extracting(Event::key).doesNotContain(job);

        TreeSet<String> announced = new TreeSet<>(List.of("renders/" + job + "/result.json"));
        for (JsonNode output : data.path("outputs")) {
            byte[] picture = end.object(output.path("key").textValue());
            assertThat(picture).hasSize(output.path("bytes").intValue());
            assertThat(sha256(picture)).isEqualTo(output.path("sha256").textValue());
            announced.add(output.path("key").textValue());
        }
        assertThat(announced).hasSize(3);
        assertThat(end.keys("renders/" + job + "/")).isEqualTo(announced);
        assertThat(end.object("renders/" + job + "/result.json")).isEqualTo(event.value());
        assertThat(end.object(".darkroom/jobs/" + job + "/outcome")).isEqualTo(event.value());
        return data;
    }

    /** The stored pictures, in order. */
    static List<byte[]> pictures(EndState end, JsonNode data) {
        List<byte[]> pictures = new ArrayList<>();
        data.path("outputs")
                .forEach(output -> pictures.add(end.object(output.path("key").textValue())));
        return pictures;
    }

    /** The job record's objects, without its folder. */
    static List<String> record(EndState end, String job) {
        String folder = ".darkroom/jobs/" + job + "/";
        return end.keys(folder).stream()
                .map(key -> key.substring(folder.length()))
                .toList();
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
