package io.darkroom.engine;

import io.darkroom.job.Renderer.Step;
import io.darkroom.model.Denoiser;
import io.darkroom.model.DeviceException;
import io.darkroom.model.DeviceMemoryException;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/** Calls of the denoiser, and what follows from each for the jobs that have rows in it. Owned by the device's thread. */
final class Denoising {
    private static final Logger LOG = Logger.getLogger(Denoising.class);

    private final Flights flights;
    private final BatchSizes sizes;
    private final Room room;
    private final CallMeter meter;
    private final Checkpoints checkpoints;
    private final Previews previews;

    Denoising(
            Flights flights, BatchSizes sizes, Room room, CallMeter meter, Checkpoints checkpoints, Previews previews) {
        this.flights = flights;
        this.sizes = sizes;
        this.room = room;
        this.meter = meter;
        this.checkpoints = checkpoints;
        this.previews = previews;
    }

    /** One step of the pictures in the batch; where the device has no room for all, in parts. */
    void sample(Batch batch) {
        flights.guarded(batch.flights(), () -> evaluate(batch));
    }

    private void evaluate(Batch whole) {
        // Where a batch was split, a job may have failed in an earlier part of it.
        Batch batch = whole.of(flights.all());
        if (batch.members().isEmpty() || flights.closing()) {
            return;
        }
        room.require(batch.shape());
        List<Tensor> outputs;
        meter.take();
        try {
            outputs = batch.members().size() > 1 ? call(batch, batch.rows()) : ofOne(batch);
        } catch (DeviceMemoryException e) {
            if (batch.members().size() == 1) {
                throw e;
            }
            LOG.infof(
                    "Out of memory with %s: halved",
                    sizes.figures(batch.shape(), batch.rows().size()));
            batch.halves().forEach(this::sample);
            return;
        } catch (DeviceException e) {
            if (flights.breaks(e) || batch.flights().size() == 1) {
                throw e;
            }
            // Which job is to blame shows when each runs alone.
            batch.byFlight().forEach(this::sample);
            return;
        }
        double nanosARow = (double) meter.take() / outputs.size();
        int at = 0;
        for (Batch.Member member : batch.members()) {
            List<Tensor> own = outputs.subList(at, at + member.rows().size());
            at += own.size();
            member.flight().clock.device(nanosARow * own.size());
            member.flight().phase = member.picture().sampling.phase();
            flights.guarded(List.of(member.flight()), () -> member.picture().advance(own));
        }
        batch.flights().stream()
                .filter(flights::contains)
                .forEach(flight -> flights.guarded(List.of(flight), () -> report(flight)));
    }

    /** One call. */
    private List<Tensor> call(Batch batch, List<Denoiser.Row> rows) {
        return sizes.call(
                batch.shape(), rows.size(), meter, () -> batch.pipeline().evaluate(rows));
    }

    /** One picture's rows together, or each by itself where they do not fit together. */
    private List<Tensor> ofOne(Batch batch) {
        List<Denoiser.Row> rows = batch.rows();
        if (rows.size() > 1 && !sizes.isTooMany(batch.shape(), rows.size())) {
            try {
                return call(batch, rows);
            } catch (DeviceMemoryException e) {
                LOG.infof("Out of memory with %s: one by one", sizes.figures(batch.shape(), rows.size()));
            }
        }
        List<Tensor> outputs = new ArrayList<>();
        rows.forEach(row -> outputs.addAll(alone(batch, row)));
        return outputs;
    }

    private List<Tensor> alone(Batch batch, Denoiser.Row row) {
        try {
            return room.made(() -> call(batch, List.of(row)));
        } catch (DeviceMemoryException e) {
            throw new DeviceMemoryException(
                    e.getMessage() + " (not even alone: " + sizes.figures(batch.shape(), 1) + ")", e);
        }
    }

    private void report(Flight flight) {
        int step = flight.step();
        int steps = flight.steps();
        // What a checkpoint had brought took this attempt no time.
        int made = step - flight.resumedStep;
        long soFar = flight.clock.of("denoise", flights.now());
        long etaMs = made == 0 ? -1 : Math.round(soFar / 1e6 / made * (steps - step));
        previews.tell(flight, new Step(flight.phase, step, steps, etaMs, flight.clock.deviceMs(), null));
        checkpoints.stepped(flight);
        for (Flight.Picture picture : flight.decodable()) {
            if (!Finite.all(picture.sampling.latents())) {
                throw new NonFiniteException("the latents are not finite after sampling; a float16 model may overflow");
            }
        }
    }
}
