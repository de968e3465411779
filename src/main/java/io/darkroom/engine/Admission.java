package io.darkroom.engine;

import io.darkroom.job.Failure;
import io.darkroom.job.Problem;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.SurroundingsException;
import io.darkroom.model.DeviceException;
import io.darkroom.model.DeviceMemoryException;
import io.darkroom.model.Lease;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.UnknownModelException;
import io.darkroom.pipeline.Arguments;
import io.darkroom.pipeline.ArgumentsException;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.Pipeline;
import io.darkroom.pipeline.Plan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings jobs onto the device: model, plans, texts, the checkpoint that one goes on from. A job whose model finds no room
 * beside those in use waits until they are not: for a while others go ahead of it, since a model in memory is best used
 * for many, and then nobody does. Owned by the device's thread.
 */
final class Admission {
    private static final Logger LOG = Logger.getLogger(Admission.class);
    /** So long others go ahead of one whose model finds no room. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Flights flights;
    private final Models models;
    private final Room room;
    private final CallMeter meter;
    private final Checkpoints checkpoints;
    private final int most;
    private final Ceilings ceilings;
    /** Those whose model found no room on the device while others were in use; by their arrival. */
    private final Set<Long> crowdedOut = new HashSet<>();
    /** Among whom nobody could come: nobody can for as long as they are the same. To look anew takes files to be asked for. */
    private @Nullable Looked inVain;

    /** Who waits for room, by arrival, and since when, in nanoseconds of the engine's clock. */
    private final Map<Long, Long> blocked = new HashMap<>();

    /** Who is on the device, and who waits, by arrival. */
    private record Looked(Set<Flight> here, List<Long> waiting) {}

    /** @param most jobs under way at the same time */
    Admission(
            Flights flights,
            Models models,
            Room room,
            CallMeter meter,
            Checkpoints checkpoints,
            int most,
            Ceilings ceilings) {
        this.flights = flights;
        this.models = models;
        this.room = room;
        this.meter = meter;
        this.checkpoints = checkpoints;
        this.most = most;
        this.ceilings = ceilings;
    }

    /** Takes in as many of those that wait as may be under way, the most urgent first. */
    void admit(List<Flight.Work> waiting) {
        List<Flight> opened = new ArrayList<>();
        for (Flight.Work next = next(waiting); next != null; next = next(waiting)) {
            waiting.remove(next);
            Flight flight = open(next);
            if (flight != null) {
                flights.add(flight);
                opened.add(flight);
            } else if (crowdedOut.contains(next.arrival())) {
                waiting.add(next);
            }
        }
        TextBatches.of(opened).forEach(this::prepare);
        opened.forEach(flight -> flights.guarded(List.of(flight), () -> {
            if (flights.contains(flight) && !flights.closing()) {
                resume(flight);
            }
        }));
    }

    /** Who may come now; null where nobody may, or nobody waits. */
    private Flight.@Nullable Work next(List<Flight.Work> waiting) {
        if (flights.all().size() >= most || waiting.isEmpty() || flights.closing()) {
            return null;
        }
        if (flights.all().isEmpty()) {
            crowdedOut.clear();
        }
        Looked now = new Looked(
                Set.copyOf(flights.all()),
                waiting.stream().map(Flight.Work::arrival).toList());
        if (now.equals(inVain)) {
            return null;
        }
        Flight.Work chosen = choose(waiting);
        inVain = chosen == null ? now : null;
        return chosen;
    }

    private Flight.@Nullable Work choose(List<Flight.Work> waiting) {
        blocked.keySet().removeIf(gone -> waiting.stream().noneMatch(work -> work.arrival() == gone));
        Optional<Flight.Work> impatient = impatient(waiting);
        if (impatient.isPresent()) {
            return impatient.filter(this::hasRoom).orElse(null);
        }
        Map<Boolean, List<Flight.Work>> byRoom = waiting.stream().collect(Collectors.partitioningBy(this::hasRoom));
        byRoom.getOrDefault(false, List.of()).forEach(work -> blocked.putIfAbsent(work.arrival(), flights.now()));
        return byRoom.getOrDefault(true, List.of()).stream()
                .min(Flight.Work.BY_URGENCY)
                .orElse(null);
    }

    /** Who has been blocked for the longest, for longer than others may go ahead. */
    private Optional<Flight.Work> impatient(List<Flight.Work> waiting) {
        return blocked.entrySet().stream()
                .filter(each -> flights.now() - each.getValue() > PATIENCE_NANOS)
                .min(Map.Entry.comparingByValue())
                .flatMap(longest -> waiting.stream()
                        .filter(work -> work.arrival() == longest.getKey())
                        .findFirst());
    }

    /** Whether its model is there, or can come beside those that are in use. What is wrong with it shows when it is opened. */
    private boolean hasRoom(Flight.Work work) {
        if (flights.all().isEmpty()) {
            return true;
        }
        try {
            return !crowdedOut.contains(work.arrival())
                    && models.hasRoom(
                            Arguing.model(work.job().request(), models),
                            Arguing.of(work.job().request(), work.input()));
        } catch (UnknownModelException | ModelUnavailableException | ArgumentsException e) {
            LOG.debugf(e, "%s", work.job().key().name());
            return true;
        }
    }

    /** Encodes the texts of jobs that begin together. Where that fails, each begins with its own, and shows whose fault it is. */
    private void prepare(List<Flight> together) {
        meter.take();
        try {
            together.get(0)
                    .pipeline
                    .prepare(together.stream().flatMap(f -> f.plans.stream()).toList());
        } catch (DeviceException e) {
            if (flights.breaks(e)) {
                flights.guarded(together, () -> {
                    throw e;
                });
            }
            LOG.debugf(e, "%d jobs' texts are encoded one after another", together.size());
        } catch (RuntimeException e) {
            // Outside of any one job: thrown on, it would end the device's thread, and all jobs' with it.
            LOG.errorf(e, "%d jobs' texts are encoded one after another: unexpected", together.size());
        }
        double nanos = (double) meter.take();
        together.forEach(f -> f.clock.device(nanos / together.size()));
    }

    /** Takes the job's model into use and resolves its arguments; null where that ended the job, or crowded it out. */
    private @Nullable Flight open(Flight.Work work) {
        Lease<Pipeline> lease = null;
        try {
            String name = Arguing.model(work.job().request(), models);
            // Every picture of a sweep has the same variant: the fields that choose it are not swept.
            Arguments arguments = Arguing.of(work.job().request(), work.input());
            long bytes = models.bytesToLoad(name, arguments);
            if (room.isTooSmall(bytes)) {
                work.listener()
                        .failed(new Failure(
                                Failure.Code.OUT_OF_MEMORY,
                                "model \"" + name + "\" takes about " + (bytes >> 20)
                                        + " MiB, more than there are on the device" + room.free()));
                return null;
            }
            lease = room.made(() -> models.lease(name, arguments));
            RenderRequest request = Completion.of(
                    work.job().request(), lease.model().description().folder());
            List<Plan> plans = Arguing.plans(lease.model()::plan, request, work.input());
            List<Problem> tooLarge = ceilings.problems(plans, request.sweep() != null);
            if (tooLarge.isEmpty()) {
                return new Flight(work.of(request), lease, plans, flights.now());
            }
            work.listener().failed(Failure.of(tooLarge));
        } catch (UnknownModelException e) {
            work.listener().failed(Failure.of(List.of(Arguing.unknown(e))));
        } catch (ModelUnavailableException | DeviceException e) {
            if (e instanceof DeviceMemoryException
                    && lease == null
                    && !flights.all().isEmpty()) {
                LOG.infof(
                        "%s waits until other models are not in use: %s",
                        work.job().key().name(), e.getMessage());
                crowdedOut.add(work.arrival());
                return null;
            }
            if (e instanceof DeviceException error && flights.breaks(error)) {
                flights.broken(error);
            }
            // Its files are at fault, or the device on which they do not load: another try may find them mended.
            work.listener().faulted(new SurroundingsException(String.valueOf(e.getMessage()), e));
        } catch (ArgumentsException e) {
            work.listener().failed(Failure.of(Arguing.problems(e)));
        } catch (RuntimeException e) {
            LOG.errorf(e, "%s: unexpected", work.job().key().name());
            work.listener().failed(new Failure(Failure.Code.INTERNAL, "unexpected: " + e));
        }
        if (lease != null) {
            lease.close();
        }
        return null;
    }

    private void resume(Flight flight) {
        try {
            CheckpointFile saved = Checkpoints.open(flight);
            begin(flight);
            if (saved != null) {
                checkpoints.takeUp(flight, saved);
            }
        } catch (UnusableCheckpointException e) {
            flights.land(flight);
            Checkpoints.ignore(flight.work, e);
        }
    }

    private void begin(Flight flight) {
        flight.work.listener().started(flight.pipeline.description().folder().name(), flight.plannedSteps());
        flight.clock.enter("encode", flights.now());
        meter.take();
        try {
            flight.begun(room.made(() -> flight.pipeline.begin(flight.plans)));
        } catch (DeviceMemoryException e) {
            throw new DeviceMemoryException(e.getMessage() + room.free(), e);
        }
        flight.clock.device((double) meter.take());
        flight.clock.enter("denoise", flights.now());
    }
}
