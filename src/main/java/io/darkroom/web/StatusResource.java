package io.darkroom.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.darkroom.config.DarkroomConfig;
import io.darkroom.kafka.Topics;
import io.darkroom.kafka.WorkerLife;
import io.darkroom.worker.DeviceUse;
import io.darkroom.worker.WorkerHealth;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The queue and the device at a glance. */
@Path("/api/status")
@Produces(MediaType.APPLICATION_JSON)
@Singleton
@Blocking
public class StatusResource {
    /** Many pages that look at once ask the broker once. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    /**
     * A glance.
     *
     * @param waiting requests that no worker has begun, of all callers
     * @param running jobs under way, as far as progress tells
     * @param devices those of the worker in this process; none where there is no worker
     * @param uptimeMs milliseconds that this process has run: what {@code busy_ms} is a share of
     * @param trouble what holds jobs up; null where nothing does
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Glance(
            long waiting,
            long running,
            List<DeviceGlance> devices,
            @JsonProperty("uptime_ms") long uptimeMs,
            @Nullable String trouble) {}

    /**
     * A device.
     *
     * @param busyMs milliseconds that it has worked since the start
     */
    public record DeviceGlance(String name, @JsonProperty("busy_ms") long busyMs) {}

    private final Topics topics;
    private final DarkroomConfig config;
    private final EventTail events;
    private final WorkerLife life;
    private final Instance<DeviceUse> device;
    private final Instance<WorkerHealth> health;
    private boolean counted;
    private long countedAt;
    private long uncommitted;

    StatusResource(
            Topics topics,
            DarkroomConfig config,
            EventTail events,
            WorkerLife life,
            Instance<DeviceUse> device,
            Instance<WorkerHealth> health) {
        this.topics = topics;
        this.config = config;
        this.events = events;
        this.life = life;
        this.device = device;
        this.health = health;
    }

    /** How much there is to do, and who does it. */
    @GET
    public Glance glance() {
        boolean worker = life.renders();
        long running = events.board().count("running");
        String waitingFor = life.waitingFor();
        Optional<String> trouble = waitingFor.isEmpty() && worker
                ? health.get().heldUp()
                : Optional.of(waitingFor).filter(text -> !text.isEmpty());
        return new Glance(
                Math.max(0, uncommitted() - running),
                running,
                worker ? devices() : List.of(),
                ManagementFactory.getRuntimeMXBean().getUptime(),
                trouble.orElse(null));
    }

    private List<DeviceGlance> devices() {
        return device.get().devices().stream()
                .map(each -> new DeviceGlance(each.name(), each.busyMs()))
                .toList();
    }

    private synchronized long uncommitted() {
        long now = System.nanoTime();
        if (!counted || now - countedAt >= FRESH.toNanos()) {
            uncommitted =
                    topics.uncommitted(config.worker().group(), config.topics().requests());
            countedAt = now;
            counted = true;
        }
        return uncommitted;
    }
}
