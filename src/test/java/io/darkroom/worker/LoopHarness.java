package io.darkroom.worker;

import io.darkroom.job.Bytes;
import io.darkroom.job.Disposition;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Intake;
import io.darkroom.job.Limits;
import io.darkroom.job.Renderer;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.job.TerminalEvent;
import io.darkroom.job.TraceContext;
import io.darkroom.telemetry.Traces;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A delivery loop with a store in memory, and a renderer and an announcer that are worked by hand. */
class LoopHarness implements AutoCloseable {
    final MemoryStore store;
    final HandRenderer renderer = new HandRenderer();
    final HandAnnouncer announcer = new HandAnnouncer();
    final List<String> intake = new CopyOnWriteArrayList<>();
    /** What was begun, in that order. */
    final List<String> begun = new CopyOnWriteArrayList<>();

    /** Loops are told apart by what they draw. */
    private static final AtomicLong LOOPS = new AtomicLong();

    final DeliveryLoop loop;
    private final List<CompletableFuture<Disposition>> sent = new CopyOnWriteArrayList<>();
    private long offset;

    LoopHarness() {
        this(new MemoryStore());
    }

    /** Another worker before the same store. */
    LoopHarness(MemoryStore store) {
        this.store = store;
        this.loop = loop(renderer, 2, Traces.OFF);
    }

    /** With traces. */
    LoopHarness(MemoryStore store, Traces traces) {
        this.store = store;
        this.loop = loop(renderer, 2, traces);
    }

    /** With another renderer, which takes so many jobs at once. */
    LoopHarness(MemoryStore store, Renderer other, int jobsAtOnce) {
        this.store = store;
        this.loop = loop(other, jobsAtOnce, Traces.OFF);
    }

    @AfterEach
    @Override
    public void close() {
        loop.close();
    }

    private DeliveryLoop loop(Renderer renders, int jobsAtOnce, Traces traces) {
        Intake port = new Intake() {
            @Override
            public void pause(String reason) {
                intake.add("paused: " + reason);
            }

            @Override
            public void resume() {
                intake.add("resumed");
            }
        };
        DeliveryLoop.Settings settings = new DeliveryLoop.Settings(
                "w1",
                "darkroom",
                3,
                jobsAtOnce,
                2,
                Duration.ofMillis(1),
                Duration.ofMillis(5),
                Duration.ofSeconds(5),
                List.of("urgent", "requests"),
                TenantQuotas.NONE,
                false);
        return new DeliveryLoop(
                settings,
                new RequestParser(Limits.DEFAULTS, RequestCheck.none()),
                new DeliveryLoop.Ports(store, renders, announcer, port, new DeliveryObserver() {}, traces),
                Clock.systemUTC(),
                new Random(LOOPS.incrementAndGet()));
    }

    CompletableFuture<Disposition> submit(String json) {
        return submit(json, null, null);
    }

    /** With the headers of a trace, where they are given. */
    CompletableFuture<Disposition> submit(String json, @Nullable String traceparent, @Nullable String tracestate) {
        List<IncomingRecord.Header> headers = new ArrayList<>();
        if (traceparent != null) {
            headers.add(new IncomingRecord.Header(TraceContext.PARENT, Bytes.utf8(traceparent)));
        }
        if (tracestate != null) {
            headers.add(new IncomingRecord.Header(TraceContext.STATE, Bytes.utf8(tracestate)));
        }
        return submit(json, headers, false, true);
    }

    /** One that an earlier owner is said to have begun. */
    CompletableFuture<Disposition> submitBegun(String json) {
        return submit(json, List.of(), true, true);
    }

    /** One whose partition went to another worker after it was read. */
    CompletableFuture<Disposition> submitLate(String json) {
        return submit(json, List.of(), false, false);
    }

    /** The last record once more. */
    CompletableFuture<Disposition> submitAgain(String json) {
        offset--;
        return submit(json);
    }

    private CompletableFuture<Disposition> submit(
            String json, List<IncomingRecord.Header> headers, boolean begunBefore, boolean owned) {
        Source source = new Source("requests", 0, offset++, null);
        return loop.submit(
                        new IncomingRecord(source, "t", 1000, null, Bytes.utf8(json), headers),
                        begunBefore,
                        () -> begun.add(json),
                        () -> owned)
                .toCompletableFuture();
    }

    void send(String json) {
        sent.add(submit(json));
    }

    TerminalEvent nextEvent() throws InterruptedException {
        return HandAnnouncer.next(announcer.events).what();
    }

    String stored(String key) {
        byte[] content = store.objects.get(key);
        return content == null ? "nothing" : Bytes.of(content).text();
    }

    static String digest(String json) {
        Source source = new Source("requests", 0, 0, null);
        return new RequestParser(Limits.DEFAULTS, RequestCheck.none())
                .parse(new IncomingRecord(source, "t", 1000, null, Bytes.utf8(json), List.of()))
                .digest();
    }
}
