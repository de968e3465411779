package io.darkroom;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What the packaged application tells of its work where somebody listens: traces, figures and a log of JSON. */
class TelemetryIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PRODUCER = "00f067aa0ba902b7";
    private static final String REQUESTS = "darkroom.requests";
    /** A row of the table: the name, the labels, what it means. */
    private static final Pattern FIGURE = Pattern.compile("\\| `(darkroom_\\w+)` \\|([^|]*)\\|.*");

    private static final Pattern NAME = Pattern.compile("\\w+");
    private static final String PROMPT = "a house that nobody else should read of";

    @TempDir
    static Path folder;

    private static TraceCollector collector;
    private static AppProcess app;

    @BeforeAll
    static void doAMixedLoad() throws Exception {
        collector = new TraceCollector();
        app = AppProcess.start(
                        folder,
                        "log",
                        "otel.exporter.otlp.endpoint=" + collector.endpoint(),
                        "otel.exporter.otlp.protocol=http/protobuf",
                        "quarkus.otel.bsp.schedule.delay=100MS",
                        "quarkus.log.console.json.enabled=true",
                        "darkroom.standalone.first-light=false",
                        "darkroom.worker.window-requests=20",
                        "darkroom.metrics.label=team")
                .awaitReady();
        var answer = app.post(
                "{\"id\":\"traced\",\"prompt\":\"" + PROMPT + "\",\"num_inference_steps\":3,\"tenant\":\"acme\","
                        + "\"labels\":{\"team\":\"posters\"}}",
                "Content-Type",
                "application/json",
                "traceparent",
                "00-" + TRACE + "-" + PRODUCER + "-01");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        app.send(
                REQUESTS,
                null,
                List.of(
                        "{\"id\":\"of-no-model\",\"model\":\"none-such\",\"prompt\":\"x\"}",
                        "{",
                        "{\"id\":\"traced\",\"prompt\":\"x\"}"));
        await().atMost(SOON).until(() -> collector.trace(TRACE).containsKey("process " + REQUESTS));
        await().atMost(SOON)
                .until(
                        () -> exported().metric("darkroom_jobs_total"),
                        jobs -> jobs != null
                                && jobs.labels()
                                        .getOrDefault("outcome", Set.of())
                                        .containsAll(Set.of("completed", "failed", "dead_letter")));
    }

    @AfterAll
    static void stop() {
        app.close();
        collector.close();
    }

    private static String figures() throws Exception {
        return app.get("/q/metrics", "Accept", "text/plain").body();
    }

    private static Exposition exported() throws Exception {
        return Exposition.parse(figures());
    }

    private static double figure(String name) throws Exception {
        return figures()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static Span span(String name) {
        return requireNonNull(collector.trace(TRACE).get(name), name);
    }

    @Test
    void aTraceGoesFromTheProducersSpanToTheCompletionEvent() {
        Span delivery = span("process " + REQUESTS);

        assertThat(collector.resource()).containsEntry("service.name", "darkroom");
        assertThat(TraceCollector.parent(delivery)).isEqualTo(PRODUCER);
        assertThat(delivery.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CONSUMER);
        assertThat(collector.trace(TRACE).keySet())
                .contains("queue", "render", "encode", "denoise", "decode", "upload", "announce");
        for (String part : List.of("queue", "render", "upload", "announce")) {
            assertThat(TraceCollector.parent(span(part))).as(part).isEqualTo(TraceCollector.id(delivery));
        }
        for (String phase : List.of("encode", "denoise", "decode")) {
            assertThat(TraceCollector.parent(span(phase))).as(phase).isEqualTo(TraceCollector.id(span("render")));
        }
        assertThat(span("denoise").getEventsList()).hasSize(3).allMatch(event -> event.getName()
                .equals("step"));
        for (String topic : List.of("darkroom.completions", "darkroom.progress")) {
            assertThat(app.headers(topic, "traced", "traceparent"))
                    .as(topic)
                    .isNotEmpty()
                    .containsOnly("00-" + TRACE + "-" + TraceCollector.id(delivery) + "-01");
        }
    }

    @Test
    void nothingOfAPromptIsTold() {
        assertThat(collector.trace(TRACE).values().toString()).doesNotContain(PROMPT);
        assertThat(app.log()).doesNotContain(PROMPT);
    }

    @Test
    void aFigureNamesATraceAsItsExample() throws Exception {
        String prometheus = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                + "text/plain;version=0.0.4;q=0.5,*/*;q=0.2";

        var answer = app.get("/q/metrics", "Accept", prometheus);

        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/openmetrics-text");
        assertThat(answer.body()).endsWith("# EOF\n");
        assertThat(answer.body().lines().filter(line -> line.startsWith("darkroom_job_duration_seconds_bucket")))
                .anyMatch(line -> line.contains("trace_id=\"" + TRACE + "\"")
                        && line.contains("span_id=\"" + TraceCollector.id(span("process " + REQUESTS)) + "\""));
    }

    @TestFactory
    Stream<DynamicTest> theDashboardAsksForWhatIsExported() throws Exception {
        JsonNode dashboard = JSON.readTree(
                Path.of("k8s/components/monitoring/dashboard.json").toFile());
        List<String> queries = dashboard.findValuesAsText("expr");

        assertThat(queries).hasSizeGreaterThan(20);
        return checked(
                queries.stream().map(q -> q.replace("$__rate_interval", "1m").replace("$__range", "3h")),
                Set.of("instance", "job"));
    }

    @TestFactory
    Stream<DynamicTest> theAlertsAskForWhatIsExportedAndSayWhatToDo() throws Exception {
        JsonNode rules = new ObjectMapper(new YAMLFactory())
                .readTree(Path.of("k8s/components/monitoring/alerts.yaml").toFile())
                .at("/spec/groups/0/rules");

        assertThat(rules).isNotEmpty().allSatisfy(rule -> {
            assertThat(rule.at("/annotations/summary").asText()).isNotBlank();
            assertThat(rule.at("/annotations/runbook").asText()).isNotBlank();
            assertThat(Files.readString(Path.of("docs/troubleshooting.md")))
                    .contains(rule.path("alert").asText());
        });
        // As the ServiceMonitor's targets are labelled.
        return checked(
                rules.findValuesAsText("expr").stream(), Set.of("instance", "job", "namespace", "pod", "service"));
    }

    private static Stream<DynamicTest> checked(Stream<String> queries, Set<String> added) throws Exception {
        Exposition exported = exported();
        return queries.map(query -> DynamicTest.dynamicTest(query, () -> PromQl.check(query, exported, added)));
    }

    @Test
    void everyFigureStandsInTheDocument() throws Exception {
        Map<String, Set<String>> told = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("docs/operations.md"))) {
            Matcher row = FIGURE.matcher(line);
            if (row.matches()) {
                told.put(
                        row.group(1),
                        new TreeSet<>(NAME.matcher(row.group(2))
                                .results()
                                .map(MatchResult::group)
                                .toList()));
            }
        }

        assertThat(told).isEqualTo(exported().families("darkroom_"));
    }

    @Test
    void requestsThatAreNotReadYetAreCounted() throws Exception {
        List<String> many = Stream.generate(() -> "{\"prompt\":\"x\",\"group\":\"many\",\"num_inference_steps\":200}")
                .limit(400)
                .toList();

        app.send(REQUESTS, "of one partition", many);

        await().atMost(SOON).until(() -> figure("darkroom_requests_unread") > 0);
        assertThat(figure("darkroom_requests_waiting") + figure("darkroom_requests_running"))
                .isPositive();
        app.send("darkroom.cancellations", "group:many", List.of("{}"));
        await().atMost(SOON).until(() -> figure("darkroom_jobs_total{code=\"\",outcome=\"canceled\"") == many.size());
        assertThat(figure("darkroom_requests_unread")).isZero();
        assertThat(figure("darkroom_requests_oldest_age_seconds")).isZero();
    }

    @Test
    void whatWasSpentIsToldByTenantModelAndLabel() throws Exception {
        assertThat(figures())
                .contains("darkroom_job_device_seconds_total{label=\"posters\",model=\"starter\",tenant=\"acme\"");
    }

    @Test
    void everyLineOfTheLogIsAnObject() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : app.log().lines().toList()) {
            lines.add(JSON.readTree(line));
        }

        assertThat(lines)
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.path("level").asText()).isIn("INFO", "WARN"));
        JsonNode ended = lines.stream()
                .filter(line -> line.path("message").asText().startsWith("traced completed"))
                .findFirst()
                .orElseThrow();
        assertThat(ended.path("mdc").path("job").asText()).isEqualTo("traced");
        assertThat(ended.path("mdc").path("traceId").asText()).isEqualTo(TRACE);
    }
}
