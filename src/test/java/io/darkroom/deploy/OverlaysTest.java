package io.darkroom.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.darkroom.config.DarkroomConfig;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Kustomize makes of each overlay; skipped where {@code kubectl}, which brings it, is not in the {@code PATH}. */
final class OverlaysTest {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    @BeforeAll
    static void requireKustomize() {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                        .anyMatch(folder -> new File(folder, "kubectl").canExecute()),
                "no kubectl in the PATH");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu", "gpu-bucket", "one-model"})
    void partsOfAnOverlayNameEachOther(String overlay) throws Exception {
        List<JsonNode> made = kustomize(overlay);
        JsonNode deployment = one(made, "Deployment");
        JsonNode settings = one(made, "ConfigMap");
        JsonNode pod = deployment.at("/spec/template/spec");

        assertThat(one(made, "ScaledObject").at("/spec/scaleTargetRef/name")).isEqualTo(name(deployment));
        assertThat(pod.at("/containers/0/envFrom/0/configMapRef/name")).isEqualTo(name(settings));
        assertThat(pod.path("serviceAccountName")).isEqualTo(name(one(made, "ServiceAccount")));
        assertThat(pod.findValuesAsText("image"))
                .isNotEmpty()
                .containsOnly("darkroom:" + (overlay.equals("cpu") ? "cpu" : "cuda"));
        JsonNode labels = deployment.at("/spec/template/metadata/labels");
        for (String kind : List.of("PodDisruptionBudget", "NetworkPolicy", "Service")) {
            JsonNode spec = one(made, kind).path("spec");
            JsonNode selector = kind.equals("Service")
                    ? spec.path("selector")
                    : kind.equals("NetworkPolicy")
                            ? spec.at("/podSelector/matchLabels")
                            : spec.at("/selector/matchLabels");
            assertThat(selector.properties()).as(kind).isNotEmpty().isSubsetOf(labels.properties());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu", "gpu-bucket", "one-model"})
    void theAutoscalerOfAnOverlayWatchesWhatItsWorkersRead(String overlay) throws Exception {
        List<JsonNode> made = kustomize(overlay);
        DarkroomConfig config = settings(one(made, "ConfigMap"));
        JsonNode trigger = one(made, "ScaledObject").at("/spec/triggers/0/metadata");

        assertThat(config.topics().requests())
                .containsExactly(trigger.path("topic").asText());
        assertThat(config.worker().group())
                .isEqualTo(trigger.path("consumerGroup").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "gpu", "gpu-bucket", "one-model"})
    void whatAnOverlayMountsIsThere(String overlay) throws Exception {
        List<JsonNode> made = kustomize(overlay);
        JsonNode pod = one(made, "Deployment").at("/spec/template/spec");
        List<String> volumes = pod.path("volumes").findValuesAsText("name");
        List<String> paths = pod.at("/containers/0/volumeMounts").findValuesAsText("mountPath");
        DarkroomConfig config = settings(one(made, "ConfigMap"));

        pod.findValues("volumeMounts")
                .forEach(mounts -> assertThat(volumes).containsAll(mounts.findValuesAsText("name")));
        if (config.models().source().isPresent()) {
            assertThat(paths).contains(config.models().cache().toString());
        } else if (!overlay.equals("cpu")) {
            assertThat(paths).contains(config.models().path().toString());
        }
    }

    private static DarkroomConfig settings(JsonNode map) {
        Map<String, String> own = new HashMap<>();
        map.path("data")
                .properties()
                .forEach(entry -> own.put(entry.getKey(), entry.getValue().asText()));
        own.keySet().removeAll(Settings.OTHERS);
        return Settings.read(own);
    }

    private static JsonNode name(JsonNode resource) {
        return resource.at("/metadata/name");
    }

    private static JsonNode one(List<JsonNode> made, String kind) {
        List<JsonNode> all = made.stream()
                .filter(each -> each.path("kind").asText().equals(kind))
                .toList();
        assertThat(all).as(kind).hasSize(1);
        return all.get(0);
    }

    private static List<JsonNode> kustomize(String overlay) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "kubectl",
                        "kustomize",
                        Manifests.FOLDER.resolve("overlays").resolve(overlay).toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        List<JsonNode> made = new ArrayList<>();
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(output)) {
            documents.forEachRemaining(made::add);
        }
        return made;
    }
}
