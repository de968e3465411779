package io.darkroom.worker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.darkroom.job.Failure;
import io.darkroom.job.Renderer;
import io.darkroom.job.TraceContext;
import io.darkroom.telemetry.OtelTraces;
import io.darkroom.telemetry.Traces;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TracedDeliveryTest {
    private static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PRODUCER = "00f067aa0ba902b7";
    private static final String PARENT = "00-" + TRACE_ID + "-" + PRODUCER + "-01";

    /** Keeps what ended. */
    private static final class Kept implements SpanExporter {
        final List<SpanData> spans = new CopyOnWriteArrayList<>();

        @Override
        public CompletableResultCode export(Collection<SpanData> ended) {
            spans.addAll(ended);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    private final Kept kept = new Kept();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(kept))
            .build();
    private final LoopHarness worker = new LoopHarness(new MemoryStore(), new OtelTraces(provider.get("test")));

    @AfterEach
    void close() {
        worker.close();
        provider.close();
    }

    private SpanData root() {
        return await().until(
                        () -> kept.spans.stream()
                                .filter(span -> span.getName().equals("process requests"))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    @Test
    void fromTheProducersSpanToTheCompletionEventItIsOneTrace() throws Exception {
        var unused =
                worker.submit("{\"id\":\"a\",\"prompt\":\"a secret garden\",\"tenant\":\"acme\"}", PARENT, "vendor=a");
        HandRenderer.Given given = worker.renderer.next();
        given.listener().started("starter", 3);
        for (int step = 1; step <= 3; step++) {
            given.listener().progress(new Renderer.Step("denoise", step, 3, -1, step, null));
        }
        given.listener().finished(HandRenderer.rendered("picture"));
        worker.nextEvent();

        SpanData root = root();
        assertThat(root.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(root.getTraceId()).isEqualTo(TRACE_ID);
        assertThat(root.getParentSpanId()).isEqualTo(PRODUCER);
        assertThat(kept.spans).allSatisfy(span -> assertThat(span.getTraceId()).isEqualTo(TRACE_ID));
        var byName = kept.spans.stream().collect(Collectors.toMap(SpanData::getName, Function.identity()));
        assertThat(byName).containsOnlyKeys("process requests", "queue", "render", "denoise", "upload", "announce");
        for (String name : List.of("queue", "render", "upload", "announce")) {
            assertThat(requireNonNull(byName.get(name)).getParentSpanId())
                    .as(name)
                    .isEqualTo(root.getSpanId());
        }
        SpanData denoise = requireNonNull(byName.get("denoise"));
        assertThat(denoise.getParentSpanId())
                .isEqualTo(requireNonNull(byName.get("render")).getSpanId());
        assertThat(denoise.getEvents())
                .hasSize(3)
                .extracting(EventData::getName)
                .containsOnly("step");
        assertThat(worker.announcer.traces)
                .containsExactly(new TraceContext("00-" + TRACE_ID + "-" + root.getSpanId() + "-01", "vendor=a"));
        assertThat(worker.announcer.started.get(0).trace()).isEqualTo(worker.announcer.traces.get(0));
        assertThat(kept.spans.toString()).doesNotContain("secret garden");
    }

    @Test
    void aLongJobsStepsAreThinnedOut() throws Exception {
        var unused = worker.submit("{\"id\":\"a\"}");
        HandRenderer.Given given = worker.renderer.next();
        given.listener().started("starter", 1000);
        for (int step = 1; step <= 1000; step++) {
            given.listener().progress(new Renderer.Step("denoise", step, 1000, -1, step, null));
        }
        given.listener().finished(HandRenderer.rendered("picture"));

        root();
        SpanData denoise = kept.spans.stream()
                .filter(span -> span.getName().equals("denoise"))
                .findFirst()
                .orElseThrow();
        assertThat(denoise.getEvents()).hasSizeBetween(60, 128);
        assertThat(denoise.getTotalRecordedEvents())
                .isEqualTo(denoise.getEvents().size());
    }

    @Test
    void aFailureIsAnErrorThatTellsItsCodeAlone() throws Exception {
        var unused = worker.submit("{\"id\":\"a\",\"prompt\":\"x\"}");
        HandRenderer.Given given = worker.renderer.next();
        given.listener().started("starter", 3);
        given.listener().progress(new Renderer.Step("denoise", 1, 3, -1, 1, null));
        given.listener().failed(new Failure(Failure.Code.OUT_OF_MEMORY, "said \"a secret\""));

        SpanData root = root();
        assertThat(root.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(root.getAttributes().asMap()).containsValue("out_of_memory");
        assertThat(kept.spans.toString()).doesNotContain("a secret");
        assertThat(kept.spans.stream()
                        .filter(span -> span.getName().equals("render"))
                        .flatMap(span -> span.getEvents().stream()))
                .hasSize(1);
    }

    @Test
    void anOutcomeThatIsAnnouncedAgainCarriesTheTraceOfTheRequestAtHand() throws Exception {
        LoopHarness first = new LoopHarness(worker.store, Traces.OFF);
        var unused = first.submit("{\"id\":\"a\"}", PARENT, null);
        first.renderer.next().finish("picture");
        first.nextEvent();
        first.close();

        String later = "00-" + "1".repeat(32) + "-" + "2".repeat(16) + "-01";
        LoopHarness second = new LoopHarness(worker.store, Traces.OFF);
        var unusedToo = second.submit("{\"id\":\"a\"}", later, null);
        second.nextEvent();
        second.close();

        assertThat(first.announcer.traces).containsExactly(new TraceContext(PARENT, null));
        assertThat(second.announcer.traces).containsExactly(new TraceContext(later, null));
        assertThat(kept.spans).isEmpty();
    }

    @Test
    void aHeaderThatIsNoTraceFailsNothing() throws Exception {
        var unused = worker.submit("{\"id\":\"a\"}", "00-no-trace", "\u0000");
        worker.renderer.next().finish("picture");

        worker.nextEvent();
        assertThat(root().getParentSpanId()).isEqualTo("0000000000000000");
    }
}
