package io.darkroom.telemetry;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.job.Assignment;
import io.darkroom.job.DeliveryAction;
import io.darkroom.job.EventType;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.TerminalEvent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Figures of the jobs of this worker: what waits, how jobs end, how long they take, and what they cost in seconds of the
 * device by tenant, model and one label of the requests. Thread safe.
 */
public final class JobFigures {
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofHours(6)
    };

    private static final String TENANT = "tenant";
    private static final String MODEL = "model";
    private static final String LABEL = "label";
    private static final String OUTCOME = "outcome";
    private static final String CODE = "code";

    private final MeterRegistry meters;
    private final Clock clock;
    private final HeldRequests held;
    private final CappedLabel tenants;
    private final CappedLabel labelValues;
    private final @Nullable String label;
    private final Counter steps;
    private final Counter released;
    private final Counter deadLetters;

    /**
     * @param tenants how many tenants, and as many values of the label, are told apart
     * @param label the label of requests by which costs are told apart too; empty for none
     */
    public JobFigures(MeterRegistry meters, Clock clock, int tenants, Optional<String> label) {
        this.meters = meters;
        this.clock = clock;
        this.held = new HeldRequests(meters, clock);
        this.tenants = new CappedLabel(tenants);
        this.labelValues = new CappedLabel(tenants);
        this.label = label.orElse(null);
        this.steps = registered("darkroom.job.steps", "Steps of jobs");
        this.released = registered("darkroom.jobs.released", "Jobs that were left for another worker, or for later");
        this.deadLetters = registered("darkroom.dead.letters", "Requests that were sent to the dead-letter topic");
        // A rate sees nothing of a counter that is born with its first fault.
        for (Class<?> action : DeliveryAction.class.getPermittedSubclasses()) {
            if (action != DeliveryAction.Backoff.class) {
                faults(action.getSimpleName());
            }
        }
    }

    /** A request was taken in. */
    public void taken(Assignment a) {
        RenderRequest request = a.request() instanceof ParsedRequest.Valid valid ? valid.request() : null;
        held.add(
                a.run(),
                tenants.of(request == null ? null : request.tenant()),
                labelValues.of(label == null ? null : a.request().labels().get(label)),
                sent(a).toEpochMilli());
    }

    private static Instant sent(Assignment a) {
        long stamp = a.record().timestamp();
        return stamp >= 0 ? Instant.ofEpochMilli(stamp) : a.receivedAt();
    }

    /** The device begins with its job. */
    public void started(Assignment a, String model) {
        if (held.started(a.run(), model) && a.request() instanceof ParsedRequest.Valid valid) {
            timer("darkroom.job.queue", "From the sending of a request until a device begins with it here")
                    .tag("priority", Integer.toString(valid.request().priority()))
                    .register(meters)
                    .record(sinceSent(a));
        }
    }

    private static Timer.Builder timer(String name, String description) {
        return Timer.builder(name).description(description).serviceLevelObjectives(BUCKETS);
    }

    private Duration sinceSent(Assignment a) {
        Duration since = Duration.between(sent(a), clock.instant());
        return since.isNegative() ? Duration.ZERO : since;
    }

    private Counter registered(String name, String description) {
        return Counter.builder(name).description(description).register(meters);
    }

    /** A job made a step. */
    public void stepped() {
        steps.increment();
        held.move();
    }

    /**
     * A job has ended here.
     *
     * @param event how; null where the request was only put aside
     * @param deviceMs what this delivery took of the device
     */
    public void settled(Assignment a, @Nullable TerminalEvent event, double deviceMs) {
        HeldRequests.Held gone = held.remove(a.run());
        String tenant = gone == null ? CappedLabel.NONE : gone.tenant;
        String outcome = event == null ? "dead_letter" : event.type().status();
        String failure = event == null ? null : event.failureCode();
        String code = failure == null ? "" : failure;
        meters.counter("darkroom.jobs", OUTCOME, outcome, CODE, code, TENANT, tenant)
                .increment();
        timer("darkroom.job.duration", "From the sending of a request to its terminal event")
                .tag(OUTCOME, outcome)
                .register(meters)
                .record(sinceSent(a));
        charge(gone, deviceMs);
        if (gone != null && event != null && !gone.model().isEmpty()) {
            rendered(gone, event);
        }
    }

    /** One that was rendered elsewhere, and is announced again here, is counted there. */
    private void rendered(HeldRequests.Held gone, TerminalEvent event) {
        JsonNode json = event.json();
        json.path("timings_ms").properties().forEach(phase -> meters.timer(
                        "darkroom.job.phase", "phase", phase.getKey())
                .record(phase.getValue().asLong(), TimeUnit.MILLISECONDS));
        if (event.type() == EventType.COMPLETED) {
            counter("darkroom.pictures", "Pictures of completed jobs", null, gone)
                    .increment(json.path("outputs").size());
        }
    }

    /** A job was left for another worker. */
    public void released(Assignment a, double deviceMs) {
        released.increment();
        charge(held.remove(a.run()), deviceMs);
    }

    /** A request stands on the dead-letter topic. */
    public void putAside() {
        deadLetters.increment();
    }

    /**
     * An action met a fault of the surroundings.
     *
     * @param action the name of a {@link DeliveryAction}
     */
    public void faulted(String action) {
        faults(action).increment();
    }

    private Counter faults(String action) {
        return Counter.builder("darkroom.surroundings.faults")
                .description("Faults of store and broker, each of which is followed by another try")
                .tag("action", action)
                .register(meters);
    }

    private void charge(HeldRequests.@Nullable Held whose, double deviceMs) {
        if (whose != null && deviceMs > 0) {
            counter("darkroom.job.device", "What jobs had of the device, whatever became of them", "seconds", whose)
                    .increment(deviceMs / 1000);
        }
    }

    private Counter counter(String name, String description, @Nullable String unit, HeldRequests.Held whose) {
        return Counter.builder(name)
                .description(description)
                .baseUnit(unit)
                .tag(TENANT, whose.tenant)
                .tag(MODEL, whose.model())
                .tag(LABEL, whose.label)
                .register(meters);
    }
}
