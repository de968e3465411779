package io.darkroom.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.config.DarkroomConfig;
import io.darkroom.deploy.Manifests.Document;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The manifests, against the schemas that they are for and against what the worker really has. */
final class KubernetesTest {
    private static final int PARTITIONS = 48;

    /** KEDA 2's ScaledObject and its kafka trigger: the fields that there are. */
    private static final Map<String, Set<String>> KEDA = Map.of(
            "", Set.of("apiVersion", "kind", "metadata", "spec"),
            "/spec",
                    Set.of(
                            "scaleTargetRef",
                            "pollingInterval",
                            "cooldownPeriod",
                            "initialCooldownPeriod",
                            "idleReplicaCount",
                            "minReplicaCount",
                            "maxReplicaCount",
                            "fallback",
                            "advanced",
                            "triggers"),
            "/spec/scaleTargetRef", Set.of("apiVersion", "kind", "name", "envSourceContainerName"),
            "/spec/advanced",
                    Set.of("restoreToOriginalReplicaCount", "horizontalPodAutoscalerConfig", "scalingModifiers"),
            "/spec/advanced/horizontalPodAutoscalerConfig", Set.of("name", "behavior"),
            "/spec/triggers/0",
                    Set.of("type", "name", "metadata", "authenticationRef", "metricType", "useCachedMetrics"),
            "/spec/triggers/0/metadata",
                    Set.of(
                            "bootstrapServers",
                            "consumerGroup",
                            "topic",
                            "lagThreshold",
                            "activationLagThreshold",
                            "offsetResetPolicy",
                            "allowIdleConsumers",
                            "scaleToZeroOnInvalidOffset",
                            "excludePersistentLag",
                            "limitToPartitionsWithLag",
                            "ensureEvenDistributionOfPartitions",
                            "version",
                            "partitionLimitation",
                            "sasl",
                            "tls",
                            "unsafeSsl"));

    @TestFactory
    Stream<DynamicTest> everyFieldIsKnownToItsKind() {
        return Manifests.all().stream()
                .filter(d -> !d.typed().isEmpty())
                .map(d -> DynamicTest.dynamicTest(d.toString(), () -> {
                    HasMetadata typed = d.typed().get(0);

                    assertThat(unknown("", d.content(), Manifests.known(plain(typed))))
                            .isEmpty();
                }));
    }

    /** What Kubernetes' classes do not know they keep aside, and would write again. */
    private static HasMetadata plain(HasMetadata typed) {
        Unknown.forget(typed);
        return typed;
    }

    @Test
    void everyKindIsChecked() {
        Set<String> checkedElsewhere = Set.of("Kustomization", "Component", "ScaledObject");

        assertThat(Manifests.all()).isNotEmpty().allSatisfy(d -> assertThat(!d.typed()
                                .isEmpty()
                        || checkedElsewhere.contains(d.content().path("kind").asText()))
                .as("%s", d)
                .isTrue());
    }

    @Test
    void theAutoscalersFieldsAreKedas() {
        Document scaled = one("ScaledObject");

        KEDA.forEach((pointer, known) -> assertThat(names(scaled.content().at(pointer)))
                .as(pointer)
                .isNotEmpty()
                .isSubsetOf(known));
        assertThat(scaled.content().at("/spec/triggers")).hasSize(1);
        scaled.content().at("/spec/triggers/0/metadata").forEach(value -> assertThat(value.isTextual())
                .as("%s is text", value)
                .isTrue());
    }

    @Test
    void theAutoscalerWatchesWhatTheWorkerReads() {
        JsonNode trigger = one("ScaledObject").content().at("/spec/triggers/0/metadata");
        DarkroomConfig shipped = Settings.read(Map.of());

        assertThat(trigger.path("topic").asText())
                .isEqualTo(shipped.topics().requests().get(0));
        assertThat(trigger.path("consumerGroup").asText())
                .isEqualTo(shipped.worker().group());
        assertThat(trigger.path("offsetResetPolicy").asText()).isEqualTo("earliest");
        assertThat(one("ScaledObject").content().at("/spec/maxReplicaCount").asInt())
                .isLessThanOrEqualTo(PARTITIONS);
        assertThat(requestTopic().at("/spec/partitions").asInt()).isEqualTo(PARTITIONS);
    }

    @TestFactory
    Stream<DynamicTest> everySettingIsOneOfTheWorkersAndIsAccepted() {
        return Manifests.of("ConfigMap").stream()
                .map(d -> DynamicTest.dynamicTest(d.toString(), () -> {
                    Map<String, String> data = ((ConfigMap) d.typed().get(0)).getData();
                    Map<String, String> own = new HashMap<>(data);
                    own.keySet().removeAll(Settings.OTHERS);

                    assertThat(own.keySet()).allMatch(name -> name.startsWith("DARKROOM_"));
                    assertThat(Settings.names()).containsAll(own.keySet());
                    assertThat(Settings.read(own)).isNotNull();
                }));
    }

    @Test
    void everyVariableOfTheContainerIsASetting() {
        List<EnvVar> variables = Manifests.of("Deployment").stream()
                .flatMap(
                        d -> ((Deployment) d.typed().get(0)).getSpec().getTemplate().getSpec().getContainers().stream())
                .flatMap(c -> c.getEnv().stream())
                .toList();

        assertThat(variables).isNotEmpty().extracting(EnvVar::getName).isSubsetOf(Settings.names());
    }

    @TestFactory
    Stream<DynamicTest> theGracePeriodOutlastsTheDrain() {
        return Stream.of("base", "components/gpu")
                .map(folder -> DynamicTest.dynamicTest(folder, () -> {
                    long grace = in(folder, "Deployment")
                            .at("/spec/template/spec/terminationGracePeriodSeconds")
                            .asLong();
                    String drain = in(folder, "ConfigMap")
                            .at("/data/DARKROOM_WORKER_DRAIN")
                            .asText();

                    assertThat(Duration.ofSeconds(grace))
                            .isGreaterThanOrEqualTo(Settings.read(Map.of("DARKROOM_WORKER_DRAIN", drain))
                                    .worker()
                                    .drain()
                                    .plus(Settings.AROUND_A_STOP));
                }));
    }

    @Test
    void gpusAreNotAskedForTwiceAtARollout() {
        JsonNode rolling = in("components/gpu", "Deployment").at("/spec/strategy/rollingUpdate");

        assertThat(rolling.path("maxSurge").asInt(-1)).isZero();
        assertThat(in("components/gpu", "Deployment")
                        .at("/spec/template/spec/containers/0/resources/limits")
                        .path("nvidia.com/gpu")
                        .asText())
                .isEqualTo("1");
    }

    @Test
    void kustomizationsNameFilesThatAreThere() {
        for (Document d : Manifests.all()) {
            Path folder = Objects.requireNonNull(d.file().getParent());
            for (String list : List.of("resources", "components")) {
                d.content().path(list).forEach(file -> assertThat(folder.resolve(file.asText()))
                        .exists());
            }
            d.content().path("configMapGenerator").forEach(made -> made.path("files")
                    .forEach(file -> assertThat(folder.resolve(file.asText())).isRegularFile()));
            d.content().path("patches").forEach(patch -> {
                if (patch.has("path")) {
                    assertThat(folder.resolve(patch.path("path").asText())).isRegularFile();
                }
            });
        }
        assertThat(Files.exists(Manifests.FOLDER.resolve("base/kustomization.yaml")))
                .isTrue();
    }

    @Test
    void portsAreTheWorkers() {
        JsonNode container = in("base", "Deployment").at("/spec/template/spec/containers/0");

        assertThat(container.at("/ports/0/containerPort").asInt()).isEqualTo(8080);
        assertThat(in("base", "Service").at("/spec/ports/0/port").asInt()).isEqualTo(8080);
        assertThat(container.at("/startupProbe/httpGet/path").asText()).isEqualTo("/q/health/started");
        assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/q/health/live");
        assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/q/health/ready");
    }

    private static List<String> unknown(String at, JsonNode given, JsonNode known) {
        List<String> unknown = new ArrayList<>();
        if (given.isObject()) {
            given.properties().forEach(field -> {
                String name = at + "/" + field.getKey();
                if (!known.has(field.getKey())) {
                    unknown.add(name);
                } else {
                    unknown.addAll(unknown(name, field.getValue(), known.get(field.getKey())));
                }
            });
        } else if (given.isArray()) {
            for (int i = 0; i < given.size(); i++) {
                unknown.addAll(unknown(at + "/" + i, given.get(i), known.path(i)));
            }
        }
        return unknown;
    }

    private static Document one(String kind) {
        List<Document> all = Manifests.of(kind);
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private static JsonNode in(String folder, String kind) {
        return Manifests.of(kind).stream()
                .filter(d -> d.file().startsWith(Manifests.FOLDER.resolve(folder)))
                .findFirst()
                .orElseThrow()
                .content();
    }

    private static JsonNode requestTopic() {
        return Manifests.of("KafkaTopic").stream()
                .map(Document::content)
                .filter(t -> t.at("/metadata/name").asText().equals("darkroom.requests"))
                .findFirst()
                .orElseThrow();
    }

    private static Set<String> names(JsonNode node) {
        Map<String, JsonNode> names = new LinkedHashMap<>();
        node.properties().forEach(field -> names.put(field.getKey(), field.getValue()));
        return names.keySet();
    }
}
