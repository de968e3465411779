package io.darkroom.crash;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.Records;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeClusterResponse;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;
import org.apache.kafka.common.requests.TxnOffsetCommitRequest;
import org.jspecify.annotations.Nullable;

/**
 * What is to be read in Kafka's messages, by Kafka's own classes.
 *
 * @param ids newer versions name topics by id only
 */
public record KafkaWire(String requestsTopic, String completionsTopic, Map<String, Uuid> ids) {
    /** Asks a broker for the topics' ids. */
    public static KafkaWire of(String bootstrapServers, String requestsTopic, String completionsTopic) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            Map<String, Uuid> ids = new HashMap<>();
            for (TopicDescription topic : admin.describeTopics(List.of(requestsTopic, completionsTopic))
                    .allTopicNames()
                    .get(30, TimeUnit.SECONDS)
                    .values()) {
                ids.put(topic.name(), topic.topicId());
            }
            return new KafkaWire(requestsTopic, completionsTopic, ids);
        } catch (Exception e) {
            throw new IllegalStateException("the broker does not tell of its topics", e);
        }
    }

    /** The job ids (the records' keys) in an answer to a fetch, by the requests' offsets. */
    Map<Long, String> requests(FetchResponse response) {
        Map<Long, String> requests = new HashMap<>();
        for (FetchResponseData.FetchableTopicResponse topic : response.data().responses()) {
            if (is(requestsTopic, topic.topic(), topic.topicId())) {
                for (FetchResponseData.PartitionData partition : topic.partitions()) {
                    for (Record record : FetchResponse.recordsOrFail(partition).records()) {
                        String key = key(record);
                        if (key != null) {
                            requests.put(record.offset(), key);
                        }
                    }
                }
            }
        }
        return requests;
    }

    /** The job ids of the terminal events that are sent; empty where none is. */
    Set<String> terminalEvents(RequestHeader header, ByteBuffer body) {
        Set<String> jobs = new HashSet<>();
        ProduceRequest request = (ProduceRequest) parse(header, body);
        for (ProduceRequestData.TopicProduceData topic : request.data().topicData()) {
            if (is(completionsTopic, topic.name(), topic.topicId())) {
                for (ProduceRequestData.PartitionProduceData partition : topic.partitionData()) {
                    for (Record record : ((Records) partition.records()).records()) {
                        String key = key(record);
                        if (key != null) {
                            jobs.add(key);
                        }
                    }
                }
            }
        }
        return jobs;
    }

    /** The offset that is committed for the requests' one partition; null where another topic's are. */
    @Nullable
    Long committed(RequestHeader header, ByteBuffer body) {
        OffsetCommitRequest request = (OffsetCommitRequest) parse(header, body);
        for (OffsetCommitRequestData.OffsetCommitRequestTopic topic :
                request.data().topics()) {
            if (is(requestsTopic, topic.name(), topic.topicId())) {
                return topic.partitions().get(0).committedOffset();
            }
        }
        return null;
    }

    /** The offset that goes into a transaction for the requests' one partition; null where another topic's does. */
    @Nullable
    Long committedInTransaction(RequestHeader header, ByteBuffer body) {
        TxnOffsetCommitRequest request = (TxnOffsetCommitRequest) parse(header, body);
        return request.data().topics().stream()
                .filter(topic -> topic.name().equals(requestsTopic))
                .map(topic -> topic.partitions().get(0).committedOffset())
                .findFirst()
                .orElse(null);
    }

    /** Whether the answer to a request tells clients where to connect to. */
    static boolean tellsAddress(RequestHeader header) {
        return header.apiKey() == ApiKeys.METADATA
                || header.apiKey() == ApiKeys.FIND_COORDINATOR
                || header.apiKey() == ApiKeys.DESCRIBE_CLUSTER;
    }

    /** Such an answer, with another port. */
    static byte[] readdress(RequestHeader header, byte[] answer, int port) {
        AbstractResponse response = AbstractResponse.parseResponse(ByteBuffer.wrap(answer), header);
        if (response instanceof MetadataResponse metadata) {
            metadata.data().brokers().forEach(broker -> broker.setPort(port));
        } else if (response instanceof FindCoordinatorResponse coordinator) {
            if (coordinator.data().coordinators().isEmpty()) { // before version 4
                coordinator.data().setPort(port);
            }
            coordinator.data().coordinators().forEach(each -> each.setPort(port));
        } else if (response instanceof DescribeClusterResponse cluster) {
            cluster.data().brokers().forEach(broker -> broker.setPort(port));
        }
        ResponseHeader responseHeader = header.toResponseHeader();
        ByteBuffer changed = RequestUtils.serialize(
                responseHeader.data(), responseHeader.headerVersion(), response.data(), header.apiVersion());
        byte[] bytes = new byte[changed.remaining()];
        changed.get(bytes);
        return bytes;
    }

    private boolean is(String wanted, String name, Uuid id) {
        return wanted.equals(name) || id.equals(ids.get(wanted));
    }

    private static AbstractRequest parse(RequestHeader header, ByteBuffer body) {
        return AbstractRequest.parseRequest(header.apiKey(), header.apiVersion(), new ByteBufferAccessor(body)).request;
    }

    private static @Nullable String key(Record record) {
        return record.hasKey() ? StandardCharsets.UTF_8.decode(record.key()).toString() : null;
    }
}
