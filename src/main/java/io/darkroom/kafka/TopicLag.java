package io.darkroom.kafka;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.apache.kafka.common.Metric;

/**
 * How many requests of its partitions a worker has not read yet, as far as its consumer knows: the client has a figure for
 * each partition, which is not among those that Micrometer hands on.
 */
@ApplicationScoped
class TopicLag {
    private static final String CHANNEL = "requests";
    private static final String LAG = "records-lag";
    private static final String PARTITION = "partition";

    private final KafkaClientService clients;

    TopicLag(KafkaClientService clients) {
        this.clients = clients;
    }

    void register(@Observes StartupEvent event, MeterRegistry meters) {
        Gauge.builder("darkroom.requests.unread", this, TopicLag::requests)
                .description(
                        "Requests of this worker's partitions that it has not read yet, as of its last read of each")
                .strongReference(true)
                .register(meters);
    }

    /** Read from the client's own figures, which any thread may do. */
    private double requests() {
        KafkaConsumer<Object, Object> consumer = clients.getConsumer(CHANNEL);
        if (consumer == null) {
            return 0;
        }
        return consumer.unwrap().metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals(LAG)
                        && metric.metricName().tags().containsKey(PARTITION))
                .map(Metric::metricValue)
                .mapToDouble(value -> value instanceof Number number ? number.doubleValue() : 0)
                .filter(Double::isFinite)
                .sum();
    }
}
