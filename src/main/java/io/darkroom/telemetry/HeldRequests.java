package io.darkroom.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Gauges of the requests that this worker holds: how many wait, how long, and whether anything moves. Thread safe. */
final class HeldRequests {
    /** One request that is here. */
    static final class Held {
        final String tenant;
        final String label;
        private final long sentMs;
        private volatile String model = "";
        private volatile boolean running;

        private Held(String tenant, String label, long sentMs) {
            this.tenant = tenant;
            this.label = label;
            this.sentMs = sentMs;
        }

        /** The model that renders it; empty before the device has begun. */
        String model() {
            return model;
        }
    }

    private record Tenant(AtomicInteger waiting, AtomicInteger running) {}

    private final MeterRegistry meters;
    private final Clock clock;
    private final Map<String, Held> held = new ConcurrentHashMap<>();
    private final Map<String, Tenant> tenants = new ConcurrentHashMap<>();
    private volatile long movedMs;

    HeldRequests(MeterRegistry meters, Clock clock) {
        this.meters = meters;
        this.clock = clock;
        this.movedMs = clock.millis();
        Gauge.builder("darkroom.requests.oldest.age", this, HeldRequests::oldestSeconds)
                .description("Age of the oldest request that waits here; 0 where none does")
                .baseUnit("seconds")
                .register(meters);
        Gauge.builder("darkroom.requests.stalled", this, HeldRequests::stalledSeconds)
                .description("Since when nothing has moved although requests are here; 0 where none are")
                .baseUnit("seconds")
                .register(meters);
        var unused = of(CappedLabel.NONE);
    }

    /** @param sentMs when it was sent, milliseconds since 1970 */
    void add(String run, String tenant, String label, long sentMs) {
        if (held.isEmpty()) {
            move();
        }
        held.put(run, new Held(tenant, label, sentMs));
        of(tenant).waiting().incrementAndGet();
    }

    /** Whether it waited until now. */
    boolean started(String run, String model) {
        move();
        Held one = held.get(run);
        if (one == null || one.running) {
            return false;
        }
        one.running = true;
        one.model = model;
        of(one.tenant).waiting().decrementAndGet();
        of(one.tenant).running().incrementAndGet();
        return true;
    }

    /** Something went on. */
    void move() {
        movedMs = clock.millis();
    }

    /** It is no longer here; null where it was not. */
    @Nullable
    Held remove(String run) {
        move();
        Held gone = held.remove(run);
        if (gone != null) {
            Tenant tenant = of(gone.tenant);
            (gone.running ? tenant.running() : tenant.waiting()).decrementAndGet();
        }
        return gone;
    }

    private Tenant of(String name) {
        return tenants.computeIfAbsent(name, tenant -> {
            Tenant made = new Tenant(new AtomicInteger(), new AtomicInteger());
            Gauge.builder("darkroom.requests.waiting", made.waiting(), AtomicInteger::get)
                    .description("Requests that this worker has taken in and not begun")
                    .tag("tenant", tenant)
                    .register(meters);
            Gauge.builder("darkroom.requests.running", made.running(), AtomicInteger::get)
                    .description("Requests that this worker has begun and not ended")
                    .tag("tenant", tenant)
                    .register(meters);
            return made;
        });
    }

    private double oldestSeconds() {
        long now = clock.millis();
        return held.values().stream()
                        .filter(one -> !one.running)
                        .mapToLong(one -> Math.max(0, now - one.sentMs))
                        .max()
                        .orElse(0)
                / 1000.0;
    }

    private double stalledSeconds() {
        return held.isEmpty() ? 0 : Math.max(0, clock.millis() - movedMs) / 1000.0;
    }
}
