package io.darkroom.standalone;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A topic to create.
 *
 * @param retention how long records are kept; null: for ever
 * @param maxRecordBytes the largest record batch it takes, as a client sends it
 */
public record TopicSpec(String name, int partitions, @Nullable Duration retention, int maxRecordBytes) {
    /** The topic's settings, in Kafka's words. Records are deleted, never compacted. */
    Map<String, String> config() {
        Map<String, String> config = new LinkedHashMap<>();
        config.put("cleanup.policy", "delete");
        config.put("retention.bytes", "-1");
        config.put("retention.ms", retention == null ? "-1" : Long.toString(retention.toMillis()));
        config.put("max.message.bytes", Integer.toString(maxRecordBytes));
        if (retention != null) {
            // Only whole segments go, so one is closed several times within the retention.
            config.put("segment.ms", Long.toString(retention.dividedBy(6).toMillis()));
        }
        return config;
    }
}
