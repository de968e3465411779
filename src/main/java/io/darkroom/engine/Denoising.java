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
    private final CallMeter meter;
    private final Checkpoints checkpoints;
    private final Previews previews;

    Denoising(Flights flights, BatchSizes sizes, CallMeter meter, Checkpoints checkpoints, Previews previews) {
        this.flights = flights;
        this.sizes = sizes;
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
        List<Tensor> outputs;
        double nanos;
        try {
            sizes.calling(batch.shape(), batch.rows().size());
            meter.take();
            outputs = batch.pipeline().evaluate(batch.rows());
            nanos = (double) meter.take();
            sizes.called(batch.shape(), outputs.size(), nanos);
        } catch (DeviceMemoryException e) {
            sizes.full(batch.shape(), batch.rows().size());
            if (batch.members().size() > 1) {
                LOG.infof(
                        "Out of memory with %s: halved",
                        sizes.figures(batch.shape(), batch.rows().size()));
                batch.halves().forEach(this::sample);
                return;
            }
            outputs = oneByOne(batch, e);
            nanos = (double) meter.take();
        } catch (DeviceException e) {
            if (flights.fragile() || batch.flights().size() == 1) {
                throw e;
            }
            // Which job is to blame shows when each runs alone.
            batch.byFlight().forEach(this::sample);
            return;
        }
        double nanosARow = nanos / outputs.size();
        int at = 0;
        for (Batch.Member member : batch.members()) {
            List<Tensor> own = outputs.subList(at, at + member.rows().size());
            at += own.size();
            member.flight().clock.device(nanosARow * own.size());
            flights.guarded(List.of(member.flight()), () -> member.picture().advance(own));
        }
        batch.flights().forEach(flight -> flights.guarded(List.of(flight), () -> report(flight)));
    }

    /** One picture's rows, which do not fit together: each is evaluated by itself. */
    private List<Tensor> oneByOne(Batch batch, DeviceMemoryException tooMany) {
        List<Denoiser.Row> rows = batch.rows();
        List<Tensor> outputs = new ArrayList<>();
        try {
            if (rows.size() == 1) {
                throw tooMany;
            }
            sizes.calling(batch.shape(), 1);
            meter.take();
            rows.forEach(row -> outputs.addAll(batch.pipeline().evaluate(List.of(row))));
            return outputs;
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
        previews.tell(flight, new Step("denoise", step, steps, etaMs, flight.clock.deviceMs(), null));
        checkpoints.stepped(flight);
        for (Flight.Picture picture : flight.decodable()) {
            if (!Finite.all(picture.sampling.latents())) {
                throw new NonFiniteException("the latents are not finite after sampling; a float16 model may overflow");
            }
        }
    }
}
