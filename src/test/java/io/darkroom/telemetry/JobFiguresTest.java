package io.darkroom.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.Assignment;
import io.darkroom.job.Bytes;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.job.TerminalEvent;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class JobFiguresTest {
    private static final RequestParser PARSER = new RequestParser(Limits.DEFAULTS, RequestCheck.none());
    private static final Instant SENT = Instant.parse("2026-01-01T00:00:00Z");

    /** Stands still until it is moved. */
    private static final class HandClock extends Clock {
        private Instant now = SENT;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    private final HandClock clock = new HandClock();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final JobFigures figures = new JobFigures(meters, clock, 2, Optional.of("team"));
    private int runs;

    private Assignment request(String fields) {
        String json = "{\"id\":\"a\"" + fields + "}";
        IncomingRecord record = new IncomingRecord(
                new Source("requests", 0, 0, null), "t", SENT.toEpochMilli(), null, Bytes.utf8(json), List.of());
        return new Assignment(PARSER.parse(record), record, "w", "run" + runs++, "b", 3, Limits.DEFAULTS, SENT);
    }

    private static TerminalEvent completed(Assignment a) {
        String data = "{\"id\":\"a\",\"status\":\"completed\",\"outputs\":[{},{}],\"timings_ms\":{\"denoise\":1500}}";
        return Objects.requireNonNull(TerminalEvent.read(a.key(), Bytes.utf8(data)));
    }

    private void complete(Assignment a, double deviceMs) {
        figures.taken(a);
        figures.started(a, "starter");
        figures.settled(a, completed(a), deviceMs);
    }

    private double gauge(String name) {
        return meters.get(name).gauges().stream().mapToDouble(g -> g.value()).sum();
    }

    @Test
    void deviceSecondsAndPicturesAreToldByTenantModelAndLabel() {
        complete(request(",\"tenant\":\"acme\",\"labels\":{\"team\":\"red\"}"), 1500);
        complete(request(",\"tenant\":\"acme\",\"labels\":{\"team\":\"red\"}"), 500);
        complete(request(""), 250);

        assertThat(meters.get("darkroom.job.device")
                        .tags("tenant", "acme", "model", "starter", "label", "red")
                        .counter()
                        .count())
                .isEqualTo(2.0);
        assertThat(meters.get("darkroom.job.device")
                        .tags("tenant", "none", "label", "none")
                        .counter()
                        .count())
                .isEqualTo(0.25);
        assertThat(meters.get("darkroom.pictures")
                        .tags("tenant", "acme")
                        .counter()
                        .count())
                .isEqualTo(4.0);
    }

    @Test
    void whatALeftJobHadOfTheDeviceCountsToo() {
        Assignment a = request(",\"tenant\":\"acme\"");
        figures.taken(a);
        figures.started(a, "starter");

        figures.released(a, 3000);

        assertThat(meters.get("darkroom.job.device").counter().count()).isEqualTo(3.0);
        assertThat(gauge("darkroom.requests.running")).isZero();
    }

    @Test
    void moreTenantsThanAreToldApartAreOne() {
        for (String tenant : List.of("one", "two", "three", "four", "one")) {
            complete(request(",\"tenant\":\"" + tenant + "\""), 1000);
        }

        assertThat(meters.get("darkroom.job.device").counters().stream()
                        .collect(Collectors.toMap(c -> tag(c), c -> c.count())))
                .containsOnly(
                        java.util.Map.entry("one", 2.0),
                        java.util.Map.entry("two", 1.0),
                        java.util.Map.entry("other", 2.0));
        assertThat(meters.get("darkroom.jobs").counters().stream().map(JobFiguresTest::tag))
                .containsOnly("one", "two", "other");
        assertThat(meters.get("darkroom.requests.waiting").gauges().stream().map(JobFiguresTest::tag))
                .containsOnly("none", "one", "two", "other");
    }

    @Test
    void howLongRequestsWaitedIsToldByTheirPriority() {
        Assignment urgent = request(",\"priority\":9");
        Assignment bulk = request(",\"priority\":0");
        figures.taken(urgent);
        figures.taken(bulk);

        clock.now = SENT.plusSeconds(2);
        figures.started(urgent, "starter");
        clock.now = SENT.plusSeconds(90);
        figures.started(bulk, "starter");
        figures.started(bulk, "starter");

        assertThat(queued("9").totalTime(TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(queued("0").totalTime(TimeUnit.SECONDS)).isEqualTo(90);
        assertThat(queued("0").count()).as("once, however often it begins").isEqualTo(1);
    }

    private Timer queued(String priority) {
        return meters.get("darkroom.job.queue").tags("priority", priority).timer();
    }

    private static String tag(Meter meter) {
        return String.valueOf(meter.getId().getTag("tenant"));
    }

    @Test
    void theOldestWaitingRequestIsKnownAndWhetherAnythingMoves() {
        Assignment old = request("");
        Assignment young = request("");
        figures.taken(old);
        clock.now = SENT.plusSeconds(60);
        figures.taken(young);

        assertThat(gauge("darkroom.requests.waiting")).isEqualTo(2);
        assertThat(gauge("darkroom.requests.oldest.age")).isEqualTo(60);
        assertThat(gauge("darkroom.requests.stalled")).isEqualTo(60);
        figures.started(old, "starter");
        figures.started(young, "starter");
        clock.now = SENT.plusSeconds(70);
        assertThat(gauge("darkroom.requests.running")).isEqualTo(2);
        assertThat(gauge("darkroom.requests.oldest.age")).isZero();
        assertThat(gauge("darkroom.requests.stalled")).isEqualTo(10);
        figures.stepped();
        assertThat(gauge("darkroom.requests.stalled")).isZero();
        clock.now = SENT.plusSeconds(100);
        figures.settled(old, null, 0);
        figures.released(young, 0);
        clock.now = SENT.plusSeconds(200);
        assertThat(gauge("darkroom.requests.stalled")).isZero();
        assertThat(gauge("darkroom.requests.running")).isZero();
    }

    @Test
    void anOutcomeThatIsAnnouncedAgainIsNeitherAPictureNorTimeOfAPhase() {
        Assignment a = request("");
        figures.taken(a);

        figures.settled(a, completed(a), 0);

        assertThat(meters.find("darkroom.pictures").counter()).isNull();
        assertThat(meters.find("darkroom.job.phase").timer()).isNull();
        assertThat(meters.get("darkroom.jobs").counter().count()).isEqualTo(1);
        assertThat(gauge("darkroom.requests.waiting")).isZero();
    }
}
