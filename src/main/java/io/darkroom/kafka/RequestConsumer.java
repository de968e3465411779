package io.darkroom.kafka;

import io.darkroom.config.DarkroomConfig;
import io.smallrye.reactive.messaging.ClientCustomizer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.eclipse.microprofile.config.Config;

/** What of the request consumer's settings is known only at run time. */
@ApplicationScoped
class RequestConsumer implements ClientCustomizer<Map<String, Object>> {
    private static final String CHANNEL = "requests";

    private final DarkroomConfig.Worker given;
    private final GroupProtocol protocol;
    private final PolledRecords.Last polled = new PolledRecords.Last();

    RequestConsumer(DarkroomConfig config, GroupProtocol protocol) {
        this.given = config.worker();
        this.protocol = protocol;
    }

    /** What the consumer was given. */
    PolledRecords.Last polled() {
        return polled;
    }

    @Override
    public Map<String, Object> customize(String channel, Config config, Map<String, Object> settings) {
        if (!channel.equals(CHANNEL)) {
            return settings;
        }
        List<Object> interceptors = new ArrayList<>();
        if (settings.get(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG) instanceof String more && !more.isBlank()) {
            interceptors.addAll(List.of(more.split("\\s*,\\s*", -1)));
        }
        interceptors.add(PolledRecords.class);
        settings.put(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG, interceptors);
        settings.put(PolledRecords.SETTING, polled);
        String used = protocol.use(given.groupProtocol());
        settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, used);
        if (used.equals(GroupProtocol.CLASSIC)) {
            // Only the partitions that move are asked back; as shipped, every rebalance would hand over every job.
            settings.putIfAbsent(
                    ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        }
        return settings;
    }
}
