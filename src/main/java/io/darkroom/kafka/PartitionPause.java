package io.darkroom.kafka;

import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/** Pauses this worker's partitions of a topic, in the thread that polls. */
@ApplicationScoped
class PartitionPause implements TopicPause {
    private static final Logger LOG = Logger.getLogger(PartitionPause.class);
    private static final String CHANNEL = "requests";

    private final KafkaClientService clients;

    PartitionPause(KafkaClientService clients) {
        this.clients = clients;
    }

    @Override
    public void pause(String topic) {
        each(topic, Consumer::pause);
    }

    @Override
    public void resume(String topic) {
        each(topic, Consumer::resume);
    }

    private void each(String topic, BiConsumer<Consumer<?, ?>, Collection<TopicPartition>> what) {
        KafkaConsumer<Object, Object> consumer = clients.getConsumer(CHANNEL);
        consumer.runOnPollingThread(polling -> {
                    List<TopicPartition> own = polling.assignment().stream()
                            .filter(partition -> partition.topic().equals(topic))
                            .toList();
                    what.accept(polling, own);
                })
                .subscribe()
                .with(done -> {}, fault -> LOG.debugf("%s: %s", topic, fault));
    }
}
