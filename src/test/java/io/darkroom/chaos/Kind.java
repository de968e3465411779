package io.darkroom.chaos;

import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A kind of job: all of a kind ask for the same picture, so that each can be compared with one that nothing disturbed.
 *
 * @param number also the seed
 */
record Kind(int number) {
    /** The null model's kinds come first; one in five is the starter's. */
    static final int COUNT = 10;

    private static final int EVERY = 5;
    private static final String[] SCHEDULERS = {"ddim", "euler_ancestral", "dpmpp_2m_sde", "heun"};

    static Stream<Kind> all() {
        return IntStream.range(0, COUNT).mapToObj(Kind::new);
    }

    /** A job that is rendered before anything is disturbed. */
    String reference() {
        return "reference-" + number;
    }

    /** A request of this kind. */
    String request(String id) {
        return request(id, "a red apple on a wooden table");
    }

    /** A request that asks for something else; no two of them are the same, so that each is known again. */
    String otherRequest(String id, int number) {
        return request(id, "a green pear on wooden table " + number);
    }

    private String request(String id, String prompt) {
        boolean starter = number % EVERY == EVERY - 1;
        return String.format(
                Locale.ROOT,
                "{\"id\": \"%s\", \"model\": \"%s\", \"prompt\": \"%s\", \"seed\": %d, \"num_inference_steps\": %d,"
                        + " \"scheduler\": \"%s\", \"guidance_scale\": 3, \"num_images_per_prompt\": %d}",
                id,
                starter ? "starter" : "null",
                prompt,
                number,
                starter ? 10 : 40 + 20 * (number % 4),
                SCHEDULERS[number % SCHEDULERS.length],
                1 + number % 2);
    }
}
