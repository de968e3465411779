package io.darkroom.kafka;

import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Makes the plain clients that stand beside SmallRye's channels, with the same {@code kafka.*} settings. */
@ApplicationScoped
public class KafkaClients {
    private static final int LARGEST_REQUEST = 4 << 20;

    private final Map<String, Object> settings;

    /** @param settings {@code kafka.*}, without the prefix */
    public KafkaClients(@Identifier("default-kafka-broker") Map<String, Object> settings) {
        this.settings = settings;
    }

    /** An admin client whose calls end within seconds. */
    public Admin admin(String clientId) {
        Map<String, Object> config = new HashMap<>(settings);
        config.put(AdminClientConfig.CLIENT_ID_CONFIG, clientId);
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 4000);
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 5000);
        config.keySet().retainAll(AdminClientConfig.configNames());
        return Admin.create(config);
    }

    /** A consumer that is assigned its partitions by hand: no group, no commits. */
    public Consumer<byte[], byte[]> reader(String clientId) {
        Map<String, Object> config = new HashMap<>(settings);
        config.keySet().retainAll(ConsumerConfig.configNames());
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // What a transaction took back was never told.
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * A producer whose transactions outlast a killed process by seconds: so long its records hold up those who read
     * committed ones only.
     */
    public Producer<String, byte[]> transactional(String id) {
        Map<String, Object> config = new HashMap<>(settings);
        config.keySet().retainAll(ProducerConfig.configNames());
        config.put(ProducerConfig.CLIENT_ID_CONFIG, "darkroom-events");
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
        config.putIfAbsent(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 10_000);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 8000);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 4000);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 8000);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_REQUEST);
        return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }

    /** A producer that loses nothing. */
    public Producer<byte[], byte[]> producer(String clientId) {
        Map<String, Object> config = new HashMap<>(settings);
        config.keySet().retainAll(ProducerConfig.configNames());
        config.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_REQUEST);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
