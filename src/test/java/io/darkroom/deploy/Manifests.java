package io.darkroom.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Every YAML document below {@code k8s/}. */
final class Manifests {
    static final Path FOLDER = Path.of("k8s");

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
            "apps/v1 Deployment", Deployment.class,
            "v1 ConfigMap", ConfigMap.class,
            "v1 Service", Service.class,
            "v1 ServiceAccount", ServiceAccount.class,
            "policy/v1 PodDisruptionBudget", PodDisruptionBudget.class,
            "networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class,
            "monitoring.coreos.com/v1 ServiceMonitor", ServiceMonitor.class,
            "monitoring.coreos.com/v1 PrometheusRule", PrometheusRule.class,
            "kafka.strimzi.io/v1beta2 KafkaTopic", KafkaTopic.class,
            "kafka.strimzi.io/v1beta2 KafkaUser", KafkaUser.class);

    private Manifests() {}

    /** One document, and where it stands. */
    record Document(Path file, JsonNode content) {
        String kind() {
            return content.path("apiVersion").asText() + " "
                    + content.path("kind").asText();
        }

        /** As Kubernetes' own class has it, which keeps what it does not know aside; empty where there is no class. */
        List<HasMetadata> typed() {
            Class<? extends HasMetadata> type = KINDS.get(kind());
            return type == null ? List.of() : List.of(YAML.convertValue(content, type));
        }

        @Override
        public String toString() {
            return file + " " + content.path("kind").asText() + " "
                    + content.path("metadata").path("name").asText();
        }
    }

    static List<Document> all() {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            List<Document> all = new ArrayList<>();
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
                try (MappingIterator<JsonNode> documents =
                        YAML.readerFor(JsonNode.class).readValues(file.toFile())) {
                    documents.forEachRemaining(content -> all.add(new Document(file, content)));
                }
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All documents of a kind. */
    static List<Document> of(String kind) {
        return all().stream()
                .filter(d -> d.content().path("kind").asText().equals(kind))
                .toList();
    }

    /** The same as a tree again: what the class did not know is not in it. */
    static JsonNode known(HasMetadata typed) {
        return YAML.valueToTree(typed);
    }
}
