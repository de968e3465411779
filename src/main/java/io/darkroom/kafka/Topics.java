package io.darkroom.kafka;

import io.darkroom.config.DarkroomConfig;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** The topics as the broker has them: whether they are there, their ids, and whether the broker answers at all. */
@ApplicationScoped
public class Topics {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final DarkroomConfig.Topics names;
    private final Admin admin;
    private final Map<String, String> ids = new ConcurrentHashMap<>();

    Topics(DarkroomConfig config, KafkaClients clients) {
        this.names = config.topics();
        this.admin = clients.admin("darkroom-topics");
    }

    /**
     * Every topic that the contract names and the broker lacks, sorted.
     *
     * @throws BrokerUnavailableException if the broker does not answer
     */
    public List<String> missing() {
        List<String> wanted = new ArrayList<>(names.requests());
        wanted.addAll(List.of(names.cancellations(), names.completions(), names.progress(), names.dead()));
        return missing(wanted).stream().sorted().toList();
    }

    /** Which of some the broker lacks; of the others it tells the ids. */
    private List<String> missing(Collection<String> wanted) {
        List<String> missing = new ArrayList<>();
        Map<String, KafkaFuture<TopicDescription>> answers =
                admin.describeTopics(wanted).topicNameValues();
        answers.forEach((name, answer) -> {
            TopicDescription found = await(answer);
            if (found == null) {
                missing.add(name);
            } else {
                ids.put(name, found.topicId().toString());
            }
        });
        return missing;
    }

    /**
     * Has the broker tell the ids of some topics: one that was deleted and made anew has another.
     *
     * @throws BrokerUnavailableException if the broker does not answer
     */
    public void learn(Set<String> some) {
        var unused = missing(some);
    }

    /** The id that the broker gave a topic when it was made; its name where the broker does not tell. */
    public String id(String topic) {
        return ids.getOrDefault(topic, topic);
    }

    /** How many records a topic has had so far, whether they are still there or not; 0 where there is no such topic. */
    public long records(String topic) {
        TopicDescription found =
                await(admin.describeTopics(List.of(topic)).topicNameValues().get(topic));
        if (found == null) {
            return 0;
        }
        long sum = 0;
        for (var partition : found.partitions()) {
            TopicPartition at = new TopicPartition(topic, partition.partition());
            sum += offset(admin.listOffsets(Map.of(at, OffsetSpec.latest())), at);
        }
        return sum;
    }

    /**
     * How many records of some topics a consumer group has not committed yet: those that wait, and those under way.
     *
     * @throws BrokerUnavailableException if the broker does not answer
     */
    public long uncommitted(String group, List<String> topics) {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        Map<TopicPartition, OffsetSpec> starts = new HashMap<>();
        admin.describeTopics(topics).topicNameValues().forEach((topic, answer) -> {
            TopicDescription found = await(answer);
            if (found != null) {
                found.partitions().forEach(partition -> {
                    ends.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest());
                    starts.put(new TopicPartition(topic, partition.partition()), OffsetSpec.earliest());
                });
            }
        });
        ListOffsetsResult last = admin.listOffsets(ends);
        ListOffsetsResult first = admin.listOffsets(starts);
        Map<TopicPartition, OffsetAndMetadata> committed =
                await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        long sum = 0;
        for (TopicPartition at : ends.keySet()) {
            OffsetAndMetadata commit = committed == null ? null : committed.get(at);
            long from = Math.max(offset(first, at), commit == null ? 0 : commit.offset());
            sum += Math.max(0, offset(last, at) - from);
        }
        return sum;
    }

    private static long offset(ListOffsetsResult of, TopicPartition at) {
        ListOffsetsResult.ListOffsetsResultInfo found = await(of.partitionResult(at));
        return found == null ? 0 : found.offset();
    }

    /**
     * Sees whether the broker answers.
     *
     * @throws BrokerUnavailableException if it does not, within a few seconds
     */
    public void ping() {
        await(admin.describeCluster().clusterId());
    }

    private static <T> @Nullable T await(@Nullable KafkaFuture<T> answer) {
        if (answer == null) {
            return null;
        }
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return null;
            }
            throw new BrokerUnavailableException(String.valueOf(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new BrokerUnavailableException("no answer in " + PATIENCE.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerUnavailableException("interrupted", e);
        }
    }

    @PreDestroy
    void close() {
        admin.close(Duration.ofSeconds(1));
    }
}
