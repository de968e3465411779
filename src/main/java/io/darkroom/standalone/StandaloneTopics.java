package io.darkroom.standalone;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The names of Darkroom's topics; partitions, retention and limits are as shipped.
 *
 * @param requests where requests come in, in order of urgency; at least one
 */
public record StandaloneTopics(
        List<String> requests, String cancellations, String completions, String progress, String dead) {
    /**
     * The largest value that a request may have and still reach the worker, which answers what is above its own limit;
     * anything larger the broker refuses to the producer.
     */
    public static final int LARGEST_VALUE = 2 << 20;

    /** For a record's key and headers, and what Kafka itself writes around them. */
    private static final int ENVELOPE = 64 << 10;

    /** As {@link #ENVELOPE}, with room for the headers that say why a request is dead. */
    private static final int DEAD_ENVELOPE = 2 * ENVELOPE;

    private static final int REQUEST_PARTITIONS = 12;

    public StandaloneTopics {
        requests = List.copyOf(requests);
        if (requests.isEmpty()) {
            throw new StandaloneException("darkroom.topics.requests names no topic");
        }
    }

    /** The names as shipped. */
    public static StandaloneTopics shipped() {
        return new StandaloneTopics(
                List.of("darkroom.requests"),
                "darkroom.cancellations",
                "darkroom.completions",
                "darkroom.progress",
                "darkroom.requests.dead");
    }

    /** All topics, with everything that it takes to create them. */
    public List<TopicSpec> specs() {
        int usual = LARGEST_VALUE + ENVELOPE;
        List<TopicSpec> all = new ArrayList<>();
        for (String name : requests) {
            all.add(new TopicSpec(name, REQUEST_PARTITIONS, null, usual));
        }
        all.add(new TopicSpec(cancellations, 1, Duration.ofDays(14), usual));
        all.add(new TopicSpec(completions, REQUEST_PARTITIONS, Duration.ofDays(7), usual));
        all.add(new TopicSpec(progress, 6, Duration.ofHours(1), usual));
        all.add(new TopicSpec(dead, 1, Duration.ofDays(30), LARGEST_VALUE + DEAD_ENVELOPE));
        return List.copyOf(all);
    }
}
