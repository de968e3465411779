package io.darkroom.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import io.darkroom.config.DarkroomConfig;
import io.darkroom.standalone.StandaloneTopics;
import io.darkroom.standalone.TopicSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The compose file, against the specification's schema and against what the worker really has. */
final class ComposeTest {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final JsonNode COMPOSE = read("docker-compose.yml");
    private static final JsonNode PROMETHEUS = read("docker/prometheus/prometheus.yml");
    private static final Pattern TOPIC = Pattern.compile("make (\\S+) (\\d+) (-?\\d+) (\\d+)");
    private static final String DASHBOARD = "k8s/components/monitoring/dashboard.json";
    private static final int HTTP = 8080;

    @Test
    void theFileIsWhatTheSpecificationAllows() throws IOException {
        JsonSchema schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                .getSchema(
                        SchemaLocation.of("https://example.org/compose-spec.json"),
                        new ObjectMapper()
                                .readTree(Path.of("src/test/resources/compose-spec/compose-spec.json")
                                        .toFile()));

        assertThat(schema.validate(COMPOSE)).isEmpty();
        assertThat(schema.validate(YAML.readTree("services: {worker: {imge: a}}")))
                .as("the schema tells")
                .isNotEmpty();
    }

    @Test
    void everyVariableOfTheWorkerIsASettingAndIsAccepted() {
        Map<String, String> own = environment();
        own.keySet().removeAll(Settings.OTHERS);

        assertThat(own).isNotEmpty();
        assertThat(Settings.names()).containsAll(own.keySet());
        assertThat(Settings.read(own).web().enabled()).contains(true);
    }

    @Test
    void theWorkerFindsBrokerAndStoreWhereTheyListen() {
        Map<String, String> worker = environment();

        assertThat(service("kafka")
                        .at("/environment/KAFKA_ADVERTISED_LISTENERS")
                        .asText())
                .contains("//" + worker.get("KAFKA_BOOTSTRAP_SERVERS") + ",");
        URI store = URI.create(worker.get("DARKROOM_STORAGE_ENDPOINT"));
        assertThat(service(store.getHost()).path("command").asText()).contains("-s3.port=" + store.getPort());
        assertThat(service("bucket").path("command").toString())
                .contains("s3.bucket.create -name " + worker.get("DARKROOM_STORAGE_BUCKET"));
    }

    @Test
    void theStoreKnowsTheWorkersKeys() throws IOException {
        JsonNode keys = YAML.readTree(Path.of("docker/store/s3.json").toFile()).at("/identities/0/credentials/0");

        assertThat(environment())
                .containsEntry(
                        "DARKROOM_STORAGE_ACCESS_KEY", keys.path("accessKey").asText())
                .containsEntry(
                        "DARKROOM_STORAGE_SECRET_KEY", keys.path("secretKey").asText());
    }

    @Test
    void theTopicsAreTheContracts() {
        List<String> made = new ArrayList<>();
        Matcher line = TOPIC.matcher(service("topics").path("command").path(0).asText());
        while (line.find()) {
            made.add(line.group());
        }

        assertThat(made)
                .containsExactlyElementsOf(StandaloneTopics.shipped().specs().stream()
                        .map(ComposeTest::command)
                        .toList());
    }

    @Test
    void aStopIsGivenTheTimeOfTheDrain() {
        DarkroomConfig config = Settings.read(own());
        Duration grace = Duration.parse(
                "PT" + service("worker").path("stop_grace_period").asText());

        assertThat(grace).isGreaterThanOrEqualTo(config.worker().drain().plus(Settings.AROUND_A_STOP));
    }

    @Test
    void whatIsPublishedIsPublishedOnThisMachineOnly() {
        List<String> ports = new ArrayList<>();
        COMPOSE.path("services").forEach(service -> service.path("ports").forEach(port -> ports.add(port.asText())));

        assertThat(ports).contains("127.0.0.1:" + HTTP + ":" + HTTP).allMatch(port -> port.startsWith("127.0.0.1:"));
    }

    @Test
    void everyMountedFileIsThere() {
        COMPOSE.path("services").forEach(service -> service.path("volumes").forEach(volume -> {
            String from = volume.asText().split(":", -1)[0];
            if (from.startsWith("./") && !from.equals("./models")) {
                assertThat(Path.of(from)).exists();
            } else if (!from.startsWith("./")) {
                assertThat(COMPOSE.path("volumes").has(from)).as(from).isTrue();
            }
        }));
    }

    @Test
    void prometheusAsksTheWorkerAndGrafanaAsksPrometheus() {
        JsonNode job = PROMETHEUS.at("/scrape_configs/0");

        assertThat(job.path("metrics_path").asText()).isEqualTo("/q/metrics");
        assertThat(job.at("/static_configs/0/targets/0").asText()).isEqualTo("worker:" + HTTP);
        assertThat(read("docker/grafana/provisioning/datasources/prometheus.yaml")
                        .at("/datasources/0/url")
                        .asText())
                .isEqualTo("http://prometheus:9090");
        String dashboards = read("docker/grafana/provisioning/dashboards/darkroom.yaml")
                .at("/providers/0/options/path")
                .asText();
        assertThat(service("grafana").path("volumes").toString())
                .contains("./" + DASHBOARD + ":" + dashboards + "/darkroom.json:ro");
    }

    @Test
    void theDashboardAsksTheDataSourceThatIsProvisioned() throws IOException {
        JsonNode provisioned =
                read("docker/grafana/provisioning/datasources/prometheus.yaml").at("/datasources/0");
        JsonNode dashboard = new ObjectMapper().readTree(Path.of(DASHBOARD).toFile());
        JsonNode variable = dashboard.at("/templating/list/0");

        assertThat(variable.path("type").asText()).isEqualTo("datasource");
        assertThat(variable.path("query")).isEqualTo(provisioned.path("type"));
        assertThat(dashboard.path("panels").findValues("datasource"))
                .isNotEmpty()
                .allSatisfy(source -> assertThat(source.path("uid").asText())
                        .isEqualTo("${" + variable.path("name").asText() + "}"));
    }

    @Test
    void prometheusHasTheAlertsOfTheCluster() {
        JsonNode cluster = read("k8s/components/monitoring/alerts.yaml").at("/spec/groups");

        assertThat(PROMETHEUS.at("/rule_files/0").asText()).isEqualTo("alerts.yml");
        assertThat(cluster.findValues("alert")).isNotEmpty();
        assertThat(read("docker/prometheus/alerts.yml").path("groups")).isEqualTo(cluster);
    }

    private static String command(TopicSpec topic) {
        long retention = topic.retention() == null ? -1 : topic.retention().toMillis();
        return "make " + topic.name() + " " + topic.partitions() + " " + retention + " " + topic.maxRecordBytes();
    }

    private static Map<String, String> own() {
        Map<String, String> own = environment();
        own.keySet().removeAll(Settings.OTHERS);
        return own;
    }

    private static Map<String, String> environment() {
        return new HashMap<>(
                YAML.convertValue(service("worker").path("environment"), new TypeReference<Map<String, String>>() {}));
    }

    private static JsonNode service(String name) {
        return COMPOSE.path("services").path(name);
    }

    private static JsonNode read(String file) {
        try {
            return YAML.readTree(Path.of(file).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
