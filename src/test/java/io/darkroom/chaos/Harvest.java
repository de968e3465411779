package io.darkroom.chaos;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.crash.EndState;
import io.darkroom.crash.EndState.Event;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes down what is there in the end: every record of every topic from offset 0, every object. */
final class Harvest {
    private static final List<String> TOPICS = List.of(
            "darkroom.requests",
            "darkroom.cancellations",
            "darkroom.completions",
            "darkroom.progress",
            "darkroom.requests.dead");

    /** The headers that count, by their names in the history. */
    private static final Map<String, String> HEADERS = Map.of(
            "ce_id", "ce_id",
            "ce_type", "ce_type",
            "ce_subject", "ce_subject",
            "reason", "darkroom-dead-reason",
            "dead_topic", "darkroom-dead-topic",
            "dead_partition", "darkroom-dead-partition",
            "dead_offset", "darkroom-dead-offset");

    private final EndState end;
    private final History history;

    Harvest(EndState end, History history) {
        this.end = end;
        this.history = history;
    }

    void write() {
        TOPICS.forEach(this::records);
        end.modified("").forEach((key, time) -> {
            byte[] content = end.object(key);
            ObjectNode line = History.line("object")
                    .put("key", key)
                    .put("modified", time.toEpochMilli())
                    .put("bytes", content.length)
                    .put("sha256", History.sha256(content));
            line.set("value", History.json(content));
            history.write(line);
        });
    }

    private void records(String topic) {
        Set<String> committed =
                end.committedRecords(topic).stream().map(Harvest::place).collect(Collectors.toSet());
        for (Event record : end.records(topic)) {
            ObjectNode line = History.line("record")
                    .put("topic", topic)
                    .put("partition", record.partition())
                    .put("offset", record.offset())
                    .put("timestamp", record.timestamp())
                    .put("appended", record.appended())
                    .put("committed", committed.contains(place(record)))
                    .put("key", record.key())
                    .put("sha256", History.sha256(record.value()));
            HEADERS.forEach((name, header) -> {
                if (record.headers().containsKey(header)) {
                    line.put(name, record.header(header));
                }
            });
            line.set("value", History.json(record.value()));
            history.write(line);
        }
    }

    private static String place(Event record) {
        return record.partition() + "@" + record.offset();
    }
}
